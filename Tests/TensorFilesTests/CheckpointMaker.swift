import Foundation

@testable import TensorFiles

/// Writes pickles and checkpoints opcode by opcode, as PyTorch does: what tests read, and what they damage.
struct PickleMaker {
    private(set) var bytes: [UInt8] = [0x80, 2]

    mutating func opcode(_ character: Unicode.Scalar) { bytes.append(UInt8(character.value)) }

    mutating func string(_ text: String) {
        opcode("X")
        bytes += withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + Array(text.utf8)
    }

    mutating func integer(_ value: Int) {
        bytes += [0x8a, 8] + withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) }
    }

    mutating func global(_ module: String, _ name: String) {
        opcode("c")
        bytes += Array("\(module)\n\(name)\n".utf8)
    }

    mutating func tuple(_ integers: [Int]) {
        opcode("(")
        for value in integers { integer(value) }
        opcode("t")
    }

    /// `("storage", torch.FloatStorage, key, "cpu", count)` and what legacy files add.
    mutating func storage(_ type: String, _ key: String, count: Int, window: (Int, Int)? = nil, isLegacy: Bool) {
        opcode("(")
        string("storage")
        global("torch", type)
        string(key)
        string("cpu")
        integer(count)
        if let window {
            opcode("(")
            string("view")
            integer(window.0)
            integer(window.1)
            opcode("t")
        } else if isLegacy {
            opcode("N")
        }
        opcode("t")
        opcode("Q")
    }

    mutating func tensor(
        _ type: String = "FloatStorage", _ key: String = "0", count: Int, offset: Int = 0, shape: [Int], strides: [Int],
        window: (Int, Int)? = nil, isLegacy: Bool = false
    ) {
        global("torch._utils", "_rebuild_tensor_v2")
        opcode("(")
        storage(type, key, count: count, window: window, isLegacy: isLegacy)
        integer(offset)
        tuple(shape)
        tuple(strides)
        bytes.append(0x89)
        global("collections", "OrderedDict")
        opcode(")")
        opcode("R")
        opcode("t")
        opcode("R")
    }

    func finished() -> [UInt8] { bytes + [UInt8(ascii: ".")] }

    static func make(_ body: (inout PickleMaker) -> Void) -> [UInt8] {
        var maker = PickleMaker()
        body(&maker)
        return maker.finished()
    }

    static func floats(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
}

extension TemporaryFolder {
    /// A zip archive of these members.
    func zip(_ members: [(String, [UInt8])], deflated: Bool = false, to name: String = "x.pt") throws -> URL {
        let url = file(name)
        try AtomicFile.write(to: url) { file in
            var writer = ZipWriter()
            for (name, bytes) in members {
                try bytes.withUnsafeBytes {
                    try writer.append(named: name, header: [], data: $0, deflated: deflated, to: file)
                }
            }
            try writer.finish(to: file)
        }
        return url
    }

    /// A checkpoint of one tensor in the zip format.
    func checkpoint(
        _ storage: [UInt8], byteOrder: String = "little", _ body: (inout PickleMaker) -> Void
    ) throws -> URL {
        try zip([
            ("m/data.pkl", PickleMaker.make(body)), ("m/byteorder", Array(byteOrder.utf8)), ("m/data/0", storage),
            ("m/version", Array("3\n".utf8)),
        ])
    }

    /// A legacy checkpoint with these storages: (key, element count, bytes).
    func legacy(_ storages: [(String, Int, [UInt8])], _ body: (inout PickleMaker) -> Void) throws -> URL {
        var bytes: [UInt8] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
        bytes += PickleMaker.make { $0.integer(1001) }
        bytes += PickleMaker.make { $0.opcode("}") }
        bytes += PickleMaker.make(body)
        bytes += PickleMaker.make { maker in
            maker.opcode("(")
            for (key, _, _) in storages { maker.string(key) }
            maker.opcode("l")
        }
        for (_, count, data) in storages { bytes += withUnsafeBytes(of: Int64(count)) { Array($0) } + data }
        return try write(bytes, to: "x.pth")
    }
}
