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
    dependencies: [.package(name: "Moments", path: "..")],
    targets: [
        .systemLibrary(name: "CFuzzer"),
        .target(name: "Fuzzing", dependencies: ["CFuzzer"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "FuzzFiles",
            dependencies: ["Fuzzing", moments("TensorFiles"), moments("Annotations"), moments("Media")],
            swiftSettings: swiftSettings),
    ]
)
