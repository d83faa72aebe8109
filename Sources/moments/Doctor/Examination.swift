import Foundation
import Torch

/// Looks at everything that the program and its build need.
struct Examination {
    /// The libtorch that the project is tested with.
    static let testedLibtorch = "2.13.0"

    /// Where relative things are looked for.
    let folder: URL
    let environment: [String: String]

    /// In a checkout, what the build needs is essential; elsewhere the program runs without it.
    var isCheckout: Bool {
        exists("Package.swift") && exists("Sources/CTorch")
    }

    /// Every finding, the most important first.
    func findings() -> [Finding] {
        [libtorch, isCheckout ? libtorchToBuildWith : nil, gpus, swift, processor, memory, disk].compactMap { $0 }
            + [
                library("hdf5", package: "libhdf5-dev"), library("zlib", package: "zlib1g-dev"),
                library("libdeflate", package: "libdeflate-dev"), library("libcrypto", package: "libssl-dev"),
                library("sqlite3", package: "libsqlite3-dev"), ffmpeg, cache, weights, material,
            ]
    }

    private var libtorch: Finding {
        let path = Machine.loaded("libtorch_cpu.so", maps: Machine.text("/proc/self/maps"))
        let root = path.map { URL(fileURLWithPath: $0).deletingLastPathComponent().deletingLastPathComponent().path }
        let origin = root.map { Machine.text($0 + "/ORIGIN") }?.split(separator: "\n").first.map(String.init)
        let build = root.map { Machine.text($0 + "/build-version") }?.trimmingCharacters(in: .whitespacesAndNewlines)
        let version = Libtorch.version
        let facts: [String: String?] = [
            "version": version, "path": root, "origin": origin, "build": build?.isEmpty == false ? build : nil,
            "kernels": Libtorch.cpuCapability, "threads": "\(Libtorch.threadCount)",
        ]
        let isTested = version == Self.testedLibtorch || version.hasPrefix(Self.testedLibtorch + "+")
        return Finding(
            name: "libtorch", status: isTested ? .fine : .warning,
            summary: "\(version), \(origin ?? "origin not recorded"), \(Libtorch.cpuCapability) kernels, "
                + "\(Libtorch.threadCount) threads; in \(root ?? "a place unknown")",
            facts: facts.compactMapValues { $0 },
            remedy: isTested
                ? nil : "the project is tested with \(Self.testedLibtorch); unset LIBTORCH, then `make setup`")
    }

    /// The headers and libraries that Package.swift will use, which need not be those of this program.
    private var libtorchToBuildWith: Finding {
        let place = environment["LIBTORCH"] ?? folder.appendingPathComponent(".deps/libtorch").path
        let needed = [
            "include/c10/core/ScalarType.h", "include/torch/csrc/autograd/autograd.h", "include/ATen/ATen.h",
            "include/ATen/ops/matmul.h", "lib/libc10.so", "lib/libtorch.so", "lib/libtorch_cpu.so",
        ]
        let missing = needed.filter { !FileManager.default.fileExists(atPath: place + "/" + $0) }
        let isNamed = environment["LIBTORCH"] != nil
        return Finding(
            name: "libtorch-build", status: missing.isEmpty ? .fine : .missing,
            summary: missing.isEmpty ? place : "\(place) lacks \(missing.joined(separator: ", "))",
            facts: ["path": place],
            remedy: missing.isEmpty ? nil : isNamed ? "unset LIBTORCH, then `make setup`" : "make setup")
    }

    private var gpus: Finding {
        let count = Device.gpus.count
        return Finding(
            name: "gpu", status: count > 0 ? .fine : .optional,
            summary: count > 0
                ? "\(count) usable" : "none that this libtorch can use; everything runs on the processor",
            facts: ["count": "\(count)"])
    }

    private var swift: Finding {
        let text = Machine.output("swift", "--version") ?? ""
        let version = text.range(of: "Swift version ").map {
            text[$0.upperBound...].prefix { $0.isNumber || $0 == "." }
        }
        guard let version else {
            return Finding(
                name: "swift", status: isCheckout ? .missing : .optional,
                summary: "not on PATH; the program runs, but cannot be built here",
                remedy: "install Swift 6.3 or newer: https://www.swift.org/install/")
        }
        return Finding(name: "swift", status: .fine, summary: "\(version)", facts: ["version": "\(version)"])
    }

    private var processor: Finding {
        let (name, features) = Machine.processor(cpuinfo: Machine.text("/proc/cpuinfo"))
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let isFast = features.contains("AVX2")
        return Finding(
            name: "cpu", status: isFast ? .fine : .warning,
            summary: "\(name), \(cores) cores, \(features.isEmpty ? "no AVX2" : features.joined(separator: " "))",
            facts: ["name": name, "cores": "\(cores)", "features": features.joined(separator: " ")],
            remedy: isFast
                ? nil : "libtorch has no fast kernels for this processor; expect it to be several times slower")
    }

    private var memory: Finding {
        guard let memory = Machine.memory(meminfo: Machine.text("/proc/meminfo")) else {
            return Finding(name: "memory", status: .optional, summary: "cannot be read on this system")
        }
        let isEnough = memory.available > 2_000_000_000
        return Finding(
            name: "memory", status: isEnough ? .fine : .warning,
            summary: "\(Machine.gigabytes(memory.total)), \(Machine.gigabytes(memory.available)) free",
            facts: ["total": "\(memory.total)", "available": "\(memory.available)"],
            remedy: isEnough ? nil : "training and building may not fit; close other programs or use smaller batches")
    }

    private var disk: Finding {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue else {
            return Finding(name: "disk", status: .optional, summary: "cannot be read for \(folder.path)")
        }
        let isEnough = free > 3_000_000_000
        return Finding(
            name: "disk", status: isEnough ? .fine : .warning, summary: "\(Machine.gigabytes(free)) free",
            facts: ["free": "\(free)", "path": folder.path],
            remedy: isEnough ? nil : "building and simulated features take about 3 GB; make room or work elsewhere")
    }

    /// A library that the program is linked with: where it runs, only the headers can be missing.
    private func library(_ name: String, package: String) -> Finding {
        // zlib's file is libz.so; libzstd begins alike.
        let file = name == "zlib" ? "libz.so" : name.hasPrefix("lib") ? name : "lib\(name)"
        let loaded = Machine.loaded(file, maps: Machine.text("/proc/self/maps"))
        var facts = loaded.map { ["path": $0] } ?? [:]
        let place = loaded.map { ", in \($0)" } ?? ""
        guard let version = Machine.output("pkg-config", "--modversion", name) else {
            return Finding(
                name: name, status: isCheckout ? .missing : .optional,
                summary: "its headers are not found; the program runs, but cannot be built here\(place)", facts: facts,
                remedy: "make setup   (or: apt-get install pkg-config \(package))")
        }
        facts["version"] = version
        return Finding(name: name, status: .fine, summary: version + place, facts: facts)
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path)
    }

    /// Real annotations and golden numbers for the tests; nobody needs them to use the program.
    private var material: Finding {
        let named = environment["MOMENTS_SHARED"].map { URL(fileURLWithPath: $0) }
        let place = named ?? folder.deletingLastPathComponent().appendingPathComponent("shared")
        let isThere = FileManager.default.fileExists(atPath: place.path)
        if isThere {
            return Finding(name: "test-material", status: .fine, summary: place.path, facts: ["path": place.path])
        }
        return Finding(
            name: "test-material", status: named == nil ? .optional : .warning,
            summary: named == nil
                ? "none; some tests are skipped" : "MOMENTS_SHARED names \(place.path), which is not there",
            remedy: named == nil ? nil : "unset MOMENTS_SHARED, or correct it")
    }
}
