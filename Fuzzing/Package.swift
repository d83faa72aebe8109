// swift-tools-version: 6.2
import PackageDescription

// Programs that feed everything that reads bytes with what libFuzzer makes up. scripts/fuzz builds and runs them; the
// sanitizers and the instrumentation come from its command line, so that the package's modules have them too.

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func moments(_ product: String) -> Target.Dependency { .product(name: product, package: "Moments") }

let package = Package(
    name: "Fuzzing",
    dependencies: [
        .package(name: "Moments", path: ".."),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(name: "CFuzzer"),
        .target(name: "Fuzzing", dependencies: ["CFuzzer"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "FuzzFiles",
            dependencies: ["Fuzzing", moments("TensorFiles"), moments("Annotations"), moments("Media")],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "FuzzTexts",
            dependencies: [
                "Fuzzing", moments("Training"), moments("MomentsServer"), moments("VideoLibrary"), moments("Finding"),
                moments("Grounding"), moments("Batches"), moments("Media"), moments("Torch"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
    ]
)
