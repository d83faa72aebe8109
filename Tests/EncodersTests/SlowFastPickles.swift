import Foundation

@testable import TensorFiles

/// Writes arrays as the two kinds of published SlowFast files hold them.
struct SlowFastPickle {
    private var bytes: [UInt8] = [0x80, 2]

    /// `{"blobs": {name: ndarray}}` as Python 2 pickles it, with its 8-bit strings.
    static func caffe2(_ arrays: OrderedTensors) -> [UInt8] {
        var pickle = SlowFastPickle()
        pickle.opcodes("}")
        pickle.text("blobs")
        pickle.opcodes("}")
        for (name, array) in arrays {
            pickle.text(name)
            pickle.array(array)
            pickle.opcodes("s")
        }
        pickle.opcodes("s.")
        return pickle.bytes
    }

    /// The members of a zip archive that `torch.save({"epoch": 3, key: {name: tensor}})` writes.
    static func torch(_ arrays: OrderedTensors, under key: String) -> [(String, [UInt8])] {
        var pickle = SlowFastPickle()
        var members: [(String, [UInt8])] = []
        pickle.opcodes("}")
        pickle.text("epoch")
        pickle.integer(3)
        pickle.opcodes("s")
        pickle.text(key)
        pickle.opcodes("}")
        for (index, (name, array)) in arrays.enumerated() {
            pickle.text(name)
            pickle.tensor(array, storage: String(index))
            pickle.opcodes("s")
            members.append(("archive/data/\(index)", array.withUnsafeBytes { Array($0) }))
        }
        pickle.opcodes("s.")
        return [("archive/data.pkl", pickle.bytes)] + members + [("archive/version", Array("3\n".utf8))]
    }

    static func zip(_ members: [(String, [UInt8])], to url: URL) throws {
        try AtomicFile.write(to: url) { file in
            var writer = ZipWriter()
            for (name, bytes) in members {
                try bytes.withUnsafeBytes {
                    try writer.append(named: name, header: [], data: $0, deflated: false, to: file)
                }
            }
            try writer.finish(to: file)
        }
    }

    private mutating func opcodes(_ text: String) { bytes += Array(text.utf8) }

    /// BINSTRING: bytes of any value.
    private mutating func string(_ contents: [UInt8]) {
        opcodes("T")
        bytes += withUnsafeBytes(of: UInt32(contents.count).littleEndian) { Array($0) } + contents
    }

    private mutating func text(_ text: String) { string(Array(text.utf8)) }

    private mutating func integer(_ value: Int) {
        opcodes("J")
        bytes += withUnsafeBytes(of: Int32(value).littleEndian) { Array($0) }
    }

    private mutating func global(_ module: String, _ name: String) { opcodes("c\(module)\n\(name)\n") }

    private mutating func tuple(_ values: [Int]) {
        opcodes("(")
        for value in values { integer(value) }
        opcodes("t")
    }

    private mutating func array(_ array: StoredTensor) {
        global("numpy.core.multiarray", "_reconstruct")
        opcodes("(")
        global("numpy", "ndarray")
        tuple([0])
        text("b")
        opcodes("tR(")
        integer(1)
        tuple(array.shape)
        global("numpy", "dtype")
        opcodes("(")
        text("f4")
        integer(0)
        integer(1)
        opcodes("tR(")
        integer(3)
        text("<")
        opcodes("NNN")
        for value in [-1, -1, 0] { integer(value) }
        opcodes("tb")
        bytes.append(0x89)  // not in Fortran's order
        string(array.withUnsafeBytes { Array($0) })
        opcodes("tb")
    }

    private mutating func tensor(_ array: StoredTensor, storage: String) {
        global("torch._utils", "_rebuild_tensor_v2")
        opcodes("((")
        text("storage")
        global("torch", "FloatStorage")
        text(storage)
        text("cpu")
        integer(array.count)
        opcodes("tQ")
        integer(0)
        tuple(array.shape)
        tuple(array.shape.indices.map { array.shape[($0 + 1)...].reduce(1, *) })
        bytes.append(0x89)
        global("collections", "OrderedDict")
        opcodes(")RtR")
    }
}
