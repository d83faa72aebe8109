import Foundation
import Testing

@testable import TensorFiles

@Suite("PyTorch checkpoints")
struct TorchArchiveTests {
    let folder: TemporaryFolder
    let six = PickleMaker.floats([0, 1, 2, 3, 4, 5])

    init() throws { folder = try TemporaryFolder() }

    private func tensor(_ url: URL) throws -> StoredTensor {
        try #require(TorchArchive(contentsOf: url).value.tensor)
    }

    @Test("a contiguous tensor is a window onto the file")
    func contiguous() throws {
        let url = try folder.checkpoint(six) { $0.tensor(count: 6, shape: [2, 3], strides: [3, 1]) }
        let found = try tensor(url)
        #expect(found.floats() == [0, 1, 2, 3, 4, 5])
        #expect(found.shape == [2, 3])
        #expect(found.storage.count == (try bytes(of: url)).count)
    }

    @Test("transposed, sliced, expanded and shifted views come out in C order")
    func views() throws {
        let cases: [(offset: Int, shape: [Int], strides: [Int], expected: [Float])] = [
            (0, [3, 2], [1, 3], [0, 3, 1, 4, 2, 5]),
            (1, [2], [2], [1, 3]),
            (2, [2, 2], [0, 1], [2, 3, 2, 3]),
            (4, [1, 2], [99, 1], [4, 5]),
            (5, [], [], [5]),
            (3, [0, 4], [4, 1], []),
            (0, [2, 1, 3], [3, 100, 1], [0, 1, 2, 3, 4, 5]),
        ]
        for item in cases {
            let url = try folder.checkpoint(six) {
                $0.tensor(count: 6, offset: item.offset, shape: item.shape, strides: item.strides)
            }
            let found = try tensor(url)
            #expect(found.floats() == item.expected)
            #expect(found.shape == item.shape)
        }
    }

    @Test("a big-endian checkpoint is swapped")
    func bigEndian() throws {
        let url = try folder.checkpoint([0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], byteOrder: "big") {
            $0.tensor(count: 2, shape: [2], strides: [1])
        }
        #expect(try tensor(url).floats() == [1, -2])
    }

    @Test(
        "a tensor that leaves its storage is damage",
        arguments: [
            (0, [7], [1]), (1, [6], [1]), (0, [2, 3], [4, 1]), (-1, [1], [1]), (0, [-1], [1]), (0, [2], [-1]),
            (0, [2, 3], [1]), (0, [2, 2], [Int.max, Int.max]), (7, [1], [1]), (Int.max, [1], [1]),
            (0, [Int.max, Int.max], [1, 1]), (0, [2], [Int.max]),
        ] as [(Int, [Int], [Int])])
    func outside(offset: Int, shape: [Int], strides: [Int]) throws {
        let url = try folder.checkpoint(six) { $0.tensor(count: 6, offset: offset, shape: shape, strides: strides) }
        #expect(problem { _ = try TorchArchive(contentsOf: url) }?.isDamage == true)
    }

    @Test("a storage shorter than it says, and one that is missing, are damage")
    func shortStorage() throws {
        let short = try folder.checkpoint(six) { $0.tensor(count: 7, shape: [6], strides: [1]) }
        #expect(problem { _ = try TorchArchive(contentsOf: short) }?.isDamage == true)
        let missing = try folder.checkpoint(six) { $0.tensor("FloatStorage", "1", count: 6, shape: [6], strides: [1]) }
        #expect(problem { _ = try TorchArchive(contentsOf: missing) }?.isDamage == true)
    }

    @Test("a view that repeats one number to terabytes is refused without reserving them")
    func memoryBomb() throws {
        let url = try folder.checkpoint(six) { $0.tensor(count: 6, shape: [1 << 40], strides: [0]) }
        #expect(problem { _ = try TorchArchive(contentsOf: url) }?.isTooLarge == true)
    }

    @Test("complex and quantised tensors are said to be unsupported")
    func unsupportedTypes() throws {
        let url = try folder.checkpoint(six) { $0.tensor("ComplexFloatStorage", count: 3, shape: [3], strides: [1]) }
        #expect(problem { _ = try TorchArchive(contentsOf: url) }?.isUnsupported == true)
    }

    @Test("untyped storages carry their type beside them")
    func untyped() throws {
        let url = try folder.checkpoint([1, 0, 2, 0]) { maker in
            maker.global("torch._utils", "_rebuild_tensor_v3")
            maker.opcode("(")
            maker.opcode("(")
            maker.string("storage")
            maker.global("torch.storage", "UntypedStorage")
            maker.string("0")
            maker.string("cpu")
            maker.integer(4)
            maker.opcode("t")
            maker.opcode("Q")
            maker.integer(0)
            maker.tuple([2])
            maker.tuple([1])
            maker.opcode("N")
            maker.opcode("N")
            maker.global("torch", "uint16")
            maker.opcode("t")
            maker.opcode("R")
        }
        #expect(try tensor(url) == StoredTensor([1, 2] as [UInt16]))
    }

    @Test("legacy checkpoints with windows onto shared storages are read")
    func legacy() throws {
        let url = try folder.legacy([("7", 6, six)]) { maker in
            maker.opcode("}")
            maker.opcode("(")
            maker.string("whole")
            maker.tensor("FloatStorage", "7", count: 6, shape: [3, 2], strides: [2, 1], isLegacy: true)
            maker.string("window")
            maker.tensor(
                "FloatStorage", "7", count: 6, offset: 1, shape: [2], strides: [1], window: (2, 3), isLegacy: true)
            maker.opcode("u")
        }
        let archive = try TorchArchive(contentsOf: url)
        #expect(archive.format == .legacy)
        let state = try archive.stateDictionary()
        #expect(state["whole"]?.floats() == [0, 1, 2, 3, 4, 5])
        #expect(state["window"]?.floats() == [3, 4])
    }

    @Test("legacy windows outside of the storage, cut and negative storages are damage")
    func legacyDamage() throws {
        func refused(_ storages: [(String, Int, [UInt8])], _ window: (Int, Int)?) throws -> Bool {
            let url = try folder.legacy(storages) {
                $0.tensor("FloatStorage", "7", count: 6, shape: [2], strides: [1], window: window, isLegacy: true)
            }
            return problem { _ = try TorchArchive(contentsOf: url) }?.isDamage == true
        }
        #expect(try refused([("7", 6, six)], (5, 2)))
        #expect(try refused([("7", 6, six)], (-1, 2)))
        #expect(try refused([("7", 6, six)], (0, Int.max)))
        #expect(try refused([("7", 7, six)], nil))
        #expect(try refused([("7", -1, six)], nil))
        #expect(try refused([("7", Int.max, six)], nil))
        #expect(try refused([("8", 6, six)], nil))
        #expect(try refused([], nil))
    }

    @Test("a checkpoint inside of a pickle is read, and endless nesting refused")
    func nestedCheckpoint() throws {
        let inner = try bytes(of: folder.checkpoint(six) { $0.tensor(count: 6, shape: [6], strides: [1]) })
        func wrap(_ bytes: [UInt8]) -> [UInt8] {
            PickleMaker.make { maker in
                maker.global("torch.storage", "_load_from_bytes")
                maker.opcode("B")
                for byte in withUnsafeBytes(of: UInt32(bytes.count), { Array($0) }) + bytes {
                    maker.opcode(Unicode.Scalar(byte))
                }
                maker.opcode("\u{85}")
                maker.opcode("R")
            }
        }
        let url = try folder.write(wrap(inner), to: "x.pkl")
        #expect(try tensor(url).floats() == [0, 1, 2, 3, 4, 5])
        let deep = try folder.write(wrap(wrap(wrap(wrap(wrap(inner))))), to: "y.pkl")
        #expect(problem { _ = try TorchArchive(contentsOf: deep) }?.isTooLarge == true)
    }

    @Test("a flipped byte of a tensor fails the checksum")
    func checksum() throws {
        let url = try folder.checkpoint([UInt8](repeating: 7, count: 4096)) {
            $0.tensor("ByteStorage", count: 4096, shape: [4096], strides: [1])
        }
        var damaged = try bytes(of: url)
        let place = try #require(
            damaged.indices.first { Array(damaged[$0..<min($0 + 8, damaged.count)]) == [7, 7, 7, 7, 7, 7, 7, 7] })
        damaged[place + 100] ^= 1
        let copy = try folder.write(damaged, to: "y.pt")
        #expect(problem { _ = try TorchArchive(contentsOf: copy) } == .checksumMismatch)
        #expect(try TorchArchive(contentsOf: copy, verifyChecksums: false).value.tensor?.count == 4096)
    }

    @Test("a zip archive without a pickle is no checkpoint")
    func otherArchive() throws {
        let url = try folder.zip([("readme.txt", [1])])
        #expect(problem { _ = try TorchArchive(contentsOf: url) }?.isWrongFormat == true)
        #expect(problem { _ = try TensorFile.open(url) }?.isWrongFormat == true)
    }
}
