import Foundation
import TestSupport
import Testing

@testable import TensorFiles

/// Damaged files must be refused with an error or read, and never end the process.
@Suite("Damaged files")
struct FuzzTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// One small file of each format.
    private func samples() throws -> [String: [UInt8]] {
        var samples: [String: [UInt8]] = [:]
        try SafetensorsFile.write(oneOfEach(), metadata: ["key": "value"], to: folder.file("a"))
        samples["safetensors"] = try bytes(of: folder.file("a"))
        for isDeflated in [false, true] {
            try NPZFile.write(oneOfEach(), to: folder.file("a"), deflated: isDeflated)
            samples["npz, deflated: \(isDeflated)"] = try bytes(of: folder.file("a"))
        }
        try NPYFile.write(oneOfEach()["half"]!, to: folder.file("a"))
        samples["npy"] = try bytes(of: folder.file("a"))
        for (version, text) in PythonPickles.base64.enumerated() {
            samples["pickle \(version)"] = [UInt8](try #require(Data(base64Encoded: text)))
        }
        let storage = PickleMaker.floats([1, 2, 3, 4, 5, 6])
        samples["zip checkpoint"] = try bytes(
            of: folder.checkpoint(storage) { $0.tensor(count: 6, offset: 1, shape: [2, 2], strides: [1, 2]) })
        samples["legacy checkpoint"] = try bytes(
            of: folder.legacy([("0", 6, storage)]) {
                $0.tensor(count: 6, shape: [3], strides: [2], window: (0, 6), isLegacy: true)
            })
        return samples
    }

    /// Opens and reads everything; true where that worked.
    private func read(_ bytes: [UInt8], checksums: Bool) -> Bool {
        do {
            let storage = ByteStorage(bytes)
            let place = FilePlace(file: "x")
            if !checksums, FileKind.of(ByteSlice(storage)) == .zip {
                // Without checksums the damage gets through to the parsers behind them.
                let archive = try ZipArchive(ByteSlice(storage), place, verifyChecksums: false)
                _ = try NPZFile(archive).all()
                if TorchArchive.pickleName(in: archive) != nil { _ = try TorchArchive(archive).stateDictionary() }
                return true
            }
            let file = try TensorFile.open(storage, place)
            for name in try file.names() { _ = try file.tensor(named: name).floats() }
            _ = try file.summary().description
            return true
        } catch let error as TensorFileError {
            #expect(error.file == "x")
            return false
        } catch {
            Issue.record("\(error)")
            return false
        }
    }

    private func damage(_ sample: [UInt8], _ name: String, rounds: Int) {
        var random = SplitMix(seed: UInt64(sample.count))
        let lengths = sample.count <= 400 ? Array(0..<sample.count) : (0..<200).map { _ in random.below(sample.count) }
        for length in lengths {
            #expect(!read(Array(sample.prefix(length)), checksums: true), "\(name) cut to \(length) bytes was read")
        }
        for _ in 0..<rounds {
            var damaged = sample
            for _ in 0...random.below(3) {
                let place = random.below(damaged.count)
                switch random.below(4) {
                case 0: damaged[place] ^= UInt8(1 << random.below(8))
                case 1: damaged[place] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)]
                case 2: damaged.remove(at: place)
                default: damaged.insert(UInt8(random.below(256)), at: place)
                }
            }
            _ = read(damaged, checksums: false)
            _ = read(damaged, checksums: true)
        }
    }

    @Test("cut and altered files of every format are refused or read")
    func ownFiles() throws {
        for (name, sample) in try samples() {
            #expect(read(sample, checksums: true), "\(name)")
            damage(sample, name, rounds: 300)
        }
    }

    @Test("bytes without any sense are refused or read")
    func noise() {
        var random = SplitMix(seed: 7)
        let beginnings: [[UInt8]] = [
            [], [0x80, 2], [0x80, 4], [0x50, 0x4b, 3, 4], NPYHeader.magic + [1, 0, 118, 0],
            [16, 0, 0, 0, 0, 0, 0, 0, 0x7b],
            [0x80, 2, 0x5d, 0x71, 0, 0x7d, 0x71, 1, 0x28, 0x29, 0x71, 2],
        ]
        for round in 0..<2000 {
            let opcodes = Array("(.0123FIJKLMNPQRSTUVXabcdegijlopqrstu}])GBC".utf8) + Array(UInt8(0x80)...0x98)
            let body = (0..<random.below(80)).map { _ in
                round.isMultiple(of: 2) ? opcodes[random.below(opcodes.count)] : UInt8(random.below(256))
            }
            _ = read(beginnings[round % beginnings.count] + body, checksums: true)
        }
    }

    @Test(
        "cut and altered golden files are refused or read, Golden",
        .enabled(if: !SharedMaterial.goldenRoots.isEmpty))
    func goldenFiles() throws {
        for folder in SharedMaterial.goldenCases("npz") + SharedMaterial.goldenCases("torch_checkpoints") {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
                guard !name.hasPrefix("bad_"), !name.hasSuffix(".json") else { continue }
                damage(try bytes(of: folder.appendingPathComponent(name)), name, rounds: 60)
            }
        }
    }
}

/// A small generator, so that every run damages the same bytes (Steele et al. 2014).
private struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ mixed >> 31) % UInt64(bound))
    }
}
