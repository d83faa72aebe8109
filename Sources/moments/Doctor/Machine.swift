import Foundation

/// What Linux tells about the machine, read from the text of its files under `/proc`.
enum Machine {
    /// The processor's name and those of its instruction sets that matter here, from `/proc/cpuinfo`.
    static func processor(cpuinfo: String) -> (name: String, features: [String]) {
        let name = value(of: "model name", in: cpuinfo) ?? "unknown processor"
        let flags = Set((value(of: "flags", in: cpuinfo) ?? "").split(separator: " ").map(String.init))
        let named = [
            ("AVX2", ["avx2"]), ("AVX-512", ["avx512f"]), ("VNNI", ["avx512_vnni", "avx_vnni"]),
            ("bf16", ["avx512_bf16"]), ("AMX", ["amx_tile"]),
        ]
        return (name, named.filter { !flags.isDisjoint(with: $0.1) }.map(\.0))
    }

    /// Bytes of memory in all and free for programs, from `/proc/meminfo`.
    static func memory(meminfo: String) -> (total: Int, available: Int)? {
        func bytes(_ key: String) -> Int? {
            value(of: key, in: meminfo)?.split(separator: " ").first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        guard let total = bytes("MemTotal"), let available = bytes("MemAvailable") else { return nil }
        return (total, available)
    }

    /// The files whose name begins so among those that a process has loaded, from `/proc/self/maps`.
    static func loaded(_ prefix: String, maps: String) -> String? {
        maps.split(separator: "\n").lazy
            .compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } }
            .first { path in path.split(separator: "/").last?.hasPrefix(prefix) == true }
    }

    /// `23.4 GB`, with a thousand bytes to the kilobyte.
    static func gigabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e8).rounded() / 10) GB" }

    /// The text of a file; empty where it cannot be read.
    ///
    /// `Data(contentsOf:)` stops at the first short read, and files under `/proc` give many.
    static func text(_ path: String) -> String {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.readToEnd() else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// What a program prints, without the last line's end; nil where it is missing or fails.
    static func output(_ program: String, _ arguments: String...) -> String? {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func value(of key: String, in text: String) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key else { continue }
            return parts[1].trimmingCharacters(in: .whitespaces)
        }
        return nil
    }
}
