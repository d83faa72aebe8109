import Foundation
import Testing

@testable import moments_libtorch

@Suite struct DoctorTests {
    @Test("The processor's name and instruction sets are read from cpuinfo")
    func processor() {
        let text =
            "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nflags\t\t: fpu avx2 avx512f avx_vnni\n\nmodel name\t: other\n"
        let found = Machine.processor(cpuinfo: text)
        #expect(found.name == "Some CPU @ 2 GHz")
        #expect(found.features == ["AVX2", "AVX-512", "VNNI"])
        #expect(Machine.processor(cpuinfo: "").features.isEmpty)
    }

    @Test("Memory is read from meminfo in bytes; without its lines there is none")
    func memory() throws {
        let found = try #require(Machine.memory(meminfo: "MemTotal:  2000 kB\nMemFree: 1 kB\nMemAvailable: 1000 kB\n"))
        #expect(found.total == 2_048_000 && found.available == 1_024_000)
        #expect(Machine.memory(meminfo: "MemTotal: x kB") == nil)
    }

    @Test("A loaded library is found by the start of its name, whatever stands before it")
    func loaded() {
        let maps = "7f00-7f01 r-xp 00 fe:00 12   /opt/my libs/lib/libtorch_cpu.so\n7f02-7f03 rw-p 00 00:00 0 [heap]\n"
        #expect(Machine.loaded("libtorch_cpu", maps: maps) == "/opt/my libs/lib/libtorch_cpu.so")
        #expect(Machine.loaded("libc10", maps: maps) == nil)
    }

    @Test("Files under /proc are read whole")
    func wholeFiles() {
        #expect(Machine.loaded("libtorch_cpu.so", maps: Machine.text("/proc/self/maps")) != nil)
    }

    @Test("A program that is missing or fails has no output")
    func output() {
        #expect(Machine.output("echo", "hello") == "hello")
        #expect(Machine.output("false") == nil)
        #expect(Machine.output("there-is-no-such-program") == nil)
    }

    @Test("In a checkout whose libtorch is incomplete the doctor says what is missing and what mends it")
    func incomplete() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("Sources/CTorch"), withIntermediateDirectories: true)
        try Data().write(to: folder.appendingPathComponent("Package.swift"))
        let report = DoctorCommand.Report(Examination(folder: folder, environment: [:]).findings())
        let finding = try #require(report.findings.first { $0.name == "libtorch-build" })
        #expect(finding.status == .missing)
        #expect(finding.summary.contains("include/c10/core/ScalarType.h"))
        #expect(finding.remedy == "make setup")
        #expect(!report.ok)
        let elsewhere = folder.deletingLastPathComponent()
        #expect(DoctorCommand.Report(Examination(folder: elsewhere, environment: [:]).findings()).ok)
    }

    @Test("Optional material that is named but not there is a warning, otherwise not")
    func material() throws {
        let folder = URL(fileURLWithPath: "/")
        func status(_ environment: [String: String]) -> Finding.Status? {
            Examination(folder: folder, environment: environment).findings().first { $0.name == "test-material" }?
                .status
        }
        #expect(status(["MOMENTS_SHARED": "/there/is/no/such/folder"]) == .warning)
        #expect(status(["MOMENTS_SHARED": "/"]) == .fine)
    }

    @Test("The libraries that the program runs with, devices and threads are named in any folder")
    func everything() throws {
        let folder = FileManager.default.temporaryDirectory
        let findings = Examination(folder: folder, environment: [:]).findings()
        let names = [
            "libtorch", "gpu", "swift", "cpu", "memory", "disk", "hdf5", "zlib", "libdeflate", "libcrypto", "sqlite3",
            "ffmpeg",
            "cache", "weights", "test-material",
        ]
        #expect(findings.map(\.name) == names)
        func facts(_ name: String) -> [String: String] { findings.first { $0.name == name }?.facts ?? [:] }
        #expect(facts("libtorch")["version"]?.hasPrefix("2.") == true && facts("libtorch")["threads"] != nil)
        #expect(facts("ffmpeg")["running"]?.split(separator: ".").count == 3)
        #expect(facts("ffmpeg")["path"]?.contains("libavformat") == true)
        #expect(facts("hdf5")["path"]?.contains("libhdf5") == true)
    }

    @Test("The cache's place, entries and size are named; one that cannot be written is a warning")
    func cache() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let videos = folder.appendingPathComponent("videos")
        try FileManager.default.createDirectory(at: videos, withIntermediateDirectories: true)
        try Data(count: 300).write(to: videos.appendingPathComponent("a.safetensors"))
        let found = Examination(folder: folder, environment: ["MOMENTS_CACHE": folder.path]).cache
        #expect(found.status == .fine && found.facts["entries"] == "1" && found.facts["bytes"] == "300")
        #expect(found.summary.contains(videos.path))
        let refused = Examination(folder: folder, environment: ["MOMENTS_CACHE": "/proc/self/status/none"]).cache
        #expect(refused.status == .warning && refused.remedy?.contains("MOMENTS_CACHE") == true)
    }

    @Test("Weights are found here or where they are downloaded to; what is missing is named with how to get it")
    func weights() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let here = folder.appendingPathComponent("weights")
        let cache = folder.appendingPathComponent("cache")
        let downloaded = cache.appendingPathComponent("downloads/slowfast-8x8-r50")
        for place in [here, downloaded] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        let examination = Examination(folder: folder, environment: ["MOMENTS_CACHE": cache.path])
        #expect(examination.weights.status == .optional)
        #expect(examination.weights.remedy?.contains("moments download clip-vit-b-32") == true)
        try Data().write(to: here.appendingPathComponent("ViT-B-32.pt"))
        #expect(examination.weights.summary.contains("its vocabulary, SlowFast not found"))
        try Data().write(to: here.appendingPathComponent("merges.txt"))
        try Data().write(to: downloaded.appendingPathComponent("SLOWFAST_8x8_R50.pkl"))
        #expect(examination.weights.status == .fine && examination.weights.facts["slowfast"]?.contains("cache") == true)
    }

    @Test("Only what is essential makes the doctor fail, and every remedy is on the line below")
    func verdict() {
        let fine = Finding(name: "a", status: .fine, summary: "1.0")
        let warning = Finding(name: "b", status: .warning, summary: "old", remedy: "make setup")
        let missing = Finding(name: "c", status: .missing, summary: "gone", remedy: "make setup")
        #expect(DoctorCommand.Report([fine]).verdict.contains("All is well"))
        #expect(DoctorCommand.Report([fine, warning]).ok)
        #expect(DoctorCommand.Report([fine, warning]).verdict.contains("1 warning:"))
        #expect(!DoctorCommand.Report([fine, missing]).ok)
        #expect(warning.line.hasSuffix("→ make setup"))
    }
}
