// swift-tools-version: 6.2
import Foundation
import PackageDescription

let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path

/// Where libtorch lies: `LIBTORCH` first, then what `make setup` unpacked.
let libtorch = Context.environment["LIBTORCH"] ?? root + "/.deps/libtorch"

/// Warnings are errors in our own targets; imports say what they re-export.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Where libtorch has CUDA: the folders of its headers, as far as they are at hand. A GPU's work can be recorded with the
/// runtime's, and exchanged by NCCL with all of them.
let cudaHeaders: [String] = {
    guard FileManager.default.fileExists(atPath: libtorch + "/lib/libc10_cuda.so") else { return [] }
    let wheels = libtorch + "/../nvidia"
    let packages = ((try? FileManager.default.contentsOfDirectory(atPath: wheels)) ?? []).sorted()
    let installed = Context.environment["CUDA_HOME"] ?? "/usr/local/cuda"
    return (packages.map { "\(wheels)/\($0)/include" } + [installed + "/include"])
        .filter { FileManager.default.fileExists(atPath: $0) }
}()

let torchHeaders =
    (["/include", "/include/torch/csrc/api/include"].map { libtorch + $0 } + cudaHeaders).flatMap { ["-isystem", $0] }
    + ["-idirafter", root + "/Sources/CTorch/gloo_names"]

// A .pc file's rpath is dropped by SwiftPM, so the library path is given by hand.
let torchLinking: [LinkerSetting] =
    [
        .unsafeFlags([
            "-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib",
            // ld would otherwise drop libtorch.so, which only pulls in the others.
            "-Xlinker", "--no-as-needed",
        ]),
        .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"), .linkedLibrary("stdc++"),
    ] + (cudaHeaders.isEmpty ? [] : [.linkedLibrary("torch_cuda"), .linkedLibrary("c10_cuda")])

/// libtorch's own OpenMP, so that a process has one.
let openMP =
    (try? FileManager.default.contentsOfDirectory(atPath: libtorch + "/lib"))?.sorted()
    .first { $0.hasPrefix("libgomp") && $0.contains(".so") }.map { ":" + $0 } ?? "gomp"

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        swiftSettings: swiftSettings)
}

/// A program of docs/library.md.
func example(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Examples/library/" + name, swiftSettings: swiftSettings)
}

let package = Package(
    name: "Moments",
    products: [
        .library(name: "Torch", targets: ["Torch"]),
        .library(name: "TensorFiles", targets: ["TensorFiles"]),
        .library(name: "Media", targets: ["Media"]),
        .library(name: "Encoders", targets: ["Encoders"]),
        .library(name: "Annotations", targets: ["Annotations"]),
        .library(name: "Evaluation", targets: ["Evaluation"]),
        .library(name: "Scoring", targets: ["Scoring"]),
        .library(name: "Plotting", targets: ["Plotting"]),
        .library(name: "Batches", targets: ["Batches"]),
        .library(name: "Datasets", targets: ["Datasets"]),
        .library(name: "Grounding", targets: ["Grounding"]),
        .library(name: "Finding", targets: ["Finding"]),
        .library(name: "EmbeddedModels", targets: ["EmbeddedModels"]),
        .library(name: "Training", targets: ["Training"]),
        .library(name: "VideoLibrary", targets: ["VideoLibrary"]),
        .library(name: "Chroma", targets: ["Chroma"]),
        .library(name: "MomentsServer", targets: ["MomentsServer"]),
        .executable(name: "moments", targets: ["moments"]),
        .executable(name: "moments-libtorch", targets: ["moments-libtorch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    ],
    targets: [
        .target(
            name: "CTorch",
            exclude: ["gloo_names"],
            cxxSettings: [
                // Optimised in debug builds too: the random-number kernels run in every test.
                .unsafeFlags(
                    torchHeaders
                        // libtorch is built by compilers that leave constraints out of the names of templates' functions.
                        + ["-O2", "-fno-math-errno", "-fclang-abi-compat=17", "-Wall", "-Werror"])
            ],
            linkerSettings: torchLinking),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CRsvg", pkgConfig: "librsvg-2.0", providers: [.apt(["librsvg2-dev"])]),
        .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(
            // FAISS comes as an archive, and computes by libtorch's BLAS and OpenMP: a second one would compete with them.
            name: "CFaiss", dependencies: ["CTorch"], cxxSettings: [.unsafeFlags(["-O2", "-Wall", "-Werror"])],
            linkerSettings: [.linkedLibrary("faiss"), .linkedLibrary(openMP)]),
        .target(name: "CLinux", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Werror"])]),
        .target(
            name: "CFFmpeg",
            cSettings: [.unsafeFlags(["-O2", "-Wall", "-Werror"])],
            linkerSettings: ["avformat", "avcodec", "avfilter", "avutil", "swscale"].map { .linkedLibrary($0) }),
        library("WholeFiles"),
        library("Media", ["CFFmpeg", "WholeFiles"]),
        library("TensorFiles", ["CDeflate", "CHDF5", "WholeFiles"]),
        library("Coding"),
        library("Hashing", ["CCrypto"]),
        library(
            "Connections",
            [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        library(
            "Downloads",
            [
                "CZlib", "Connections", "Hashing", "WholeFiles",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        library("Torch", ["CTorch", "TensorFiles"]),
        library("Encoders", ["CZlib", "Torch", "TensorFiles", "Media", "WholeFiles"]),
        library("Annotations", ["WholeFiles"]),
        library("Evaluation"),
        library("Scoring", ["Annotations", "Evaluation"]),
        library(
            "ScoreCommand",
            [
                "Annotations", "Evaluation", "Scoring",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        library("Plotting", ["CRsvg"]),
        library("SmallWorld", ["CCairo", "Media", "Annotations", "WholeFiles"]),
        .target(
            name: "EmbeddedModels", resources: [.copy("Resources/small-world")], swiftSettings: swiftSettings),
        library("Batches", ["Torch"]),
        library("Datasets", ["Torch", "TensorFiles", "Annotations", "Batches", "WholeFiles"]),
        library("Grounding", ["Torch", "Batches"]),
        library("Finding", ["Torch", "TensorFiles", "Hashing", "Annotations", "Batches", "Datasets", "Grounding"]),
        library(
            "VideoLibrary",
            [
                "CFaiss", "CLinux", "Torch", "TensorFiles", "Batches", "Grounding", "Finding", "Hashing",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        library(
            "Chroma",
            [
                "Connections", "Hashing", "VideoLibrary",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .target(
            name: "MomentsServer",
            dependencies: [
                "Coding", "Torch", "Grounding", "Batches", "Finding", "VideoLibrary", "Media", "Hashing", "WholeFiles",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            resources: [.copy("Resources/openapi.json"), .copy("Resources/Page")],
            swiftSettings: swiftSettings),
        library(
            "Training",
            [
                "Coding", "Torch", "TensorFiles", "Annotations", "Batches", "Datasets", "Grounding", "Evaluation",
                "Scoring", "Plotting", "WholeFiles",
                .product(name: "Logging", package: "swift-log"), "Yams",
            ]),
        library(
            "EncoderTraining",
            ["Torch", "TensorFiles", "Media", "Encoders", "SmallWorld", "Training", "WholeFiles"]),
        library(
            "Benchmarks",
            [
                "Torch", "TensorFiles", "Annotations", "Batches", "Datasets", "Grounding", "Evaluation", "Scoring",
                "Training", "Media", "Encoders", "VideoLibrary", "WholeFiles",
            ]),
        // What needs no libtorch runs in `moments` itself; for all else it becomes `moments-libtorch`.
        .executableTarget(
            name: "moments",
            dependencies: [
                "ScoreCommand", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Launcher", swiftSettings: swiftSettings),
        .executableTarget(
            name: "moments-libtorch",
            dependencies: [
                "Benchmarks", "CLinux", "ScoreCommand", "Scoring",
                "Torch", "TensorFiles", "Annotations", "Batches", "Evaluation", "Plotting", "Datasets", "Grounding",
                "Training", "Media", "Encoders", "Hashing", "Downloads", "Finding", "SmallWorld",
                "EmbeddedModels", "EncoderTraining", "VideoLibrary", "Chroma", "MomentsServer", "WholeFiles",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/moments", swiftSettings: swiftSettings),
        example("ScoreFile", ["Annotations", "Evaluation", "Scoring"]),
        example("GroundQuery", ["Batches", "Grounding", "Training"]),
        example(
            "OwnModel", ["Annotations", "Batches", "Datasets", "Evaluation", "Grounding", "Torch", "Training"]),
        .target(
            name: "TestSupport", dependencies: ["Torch", "TensorFiles"], path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        .target(name: "LoopbackServer", path: "Tests/LoopbackServer", swiftSettings: swiftSettings),
        tests("Media", ["CFFmpeg", "TensorFiles"]),
        tests("Encoders", ["Torch", "TensorFiles", "Media"]),
        tests("WholeFiles"),
        tests("Coding"),
        tests("Hashing"),
        tests("Downloads", ["CZlib", "Hashing", "LoopbackServer"]),
        tests("TensorFiles"),
        tests("Torch", ["CTorch", "TensorFiles"]),
        tests("Annotations"),
        tests("Evaluation", ["Annotations", "Scoring"]),
        tests("Plotting"),
        tests("SmallWorld", ["Media", "Annotations"]),
        tests("EncoderTraining", ["Torch", "TensorFiles", "Media", "Encoders", "SmallWorld", "Training"]),
        tests("Batches", ["Torch"]),
        tests("Datasets", ["Torch", "TensorFiles", "Annotations", "Batches", "Evaluation"]),
        tests("Grounding", ["Torch", "TensorFiles", "Batches"]),
        tests("Finding", ["Torch", "TensorFiles", "Annotations", "Batches", "Datasets", "Grounding"]),
        tests(
            "VideoLibrary",
            [
                "Torch", "TensorFiles", "Batches", "Grounding", "Finding", "Hashing", "Benchmarks", "Chroma",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests("Chroma", ["LoopbackServer", "VideoLibrary"]),
        tests(
            "MomentsServer",
            [
                "Torch", "Batches", "Grounding", "Finding", "VideoLibrary", "Media",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        tests("Training", ["Torch", "TensorFiles", "Batches", "Datasets", "Grounding", "Annotations"]),
        tests("Benchmarks", ["Torch", "Batches", "Encoders"]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "moments", "moments-libtorch", "ScoreFile", "GroundQuery", "OwnModel", "TestSupport", "Media",
                "Encoders", "Torch",
                "TensorFiles", "Hashing", "Downloads", "Finding", "LoopbackServer",
            ],
            swiftSettings: swiftSettings),
    ],
    cxxLanguageStandard: .cxx20
)
