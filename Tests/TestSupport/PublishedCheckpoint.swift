import Foundation
import TensorFiles

/// A checkpoint as the field's training code saves it: a dictionary with the weights and an `argparse.Namespace`.
///
///     try PublishedCheckpoint(weights: model.store.arrays, options: ["nheads": 2]).write(to: url)
///
/// It is written opcode by opcode, in PyTorch's format before version 1.6, which still reads everywhere.
public struct PublishedCheckpoint {
    /// A value of an option.
    public enum Value: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
        ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral
    {
        /// A whole number.
        case integer(Int)
        /// A number.
        case float(Double)
        /// A text.
        case text(String)
        /// True or False.
        case flag(Bool)
        /// None.
        case none
        /// A list.
        case list([Value])

        /// A whole number.
        public init(integerLiteral value: Int) { self = .integer(value) }
        /// A number.
        public init(floatLiteral value: Double) { self = .float(value) }
        /// A text.
        public init(stringLiteral value: String) { self = .text(value) }
        /// True or False.
        public init(booleanLiteral value: Bool) { self = .flag(value) }
        /// None.
        public init(nilLiteral: ()) { self = .none }
        /// A list.
        public init(arrayLiteral elements: Value...) { self = .list(elements) }
    }

    private let weights: OrderedTensors
    private let options: [String: Value]?
    private let key: String

    /// Describes a checkpoint.
    ///
    /// - Parameters:
    ///   - weights: In `float32`.
    ///   - options: What stands under `opt`; nil for nothing.
    ///   - key: Where the weights stand: `model`, or `state_dict` as nncore has it.
    public init(weights: OrderedTensors, options: [String: Value]? = nil, key: String = "model") {
        self.weights = weights
        self.options = options
        self.key = key
    }

    /// Writes the file.
    public func write(to url: URL) throws {
        var file = Data([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e])
        file += Pickle { $0.write(.integer(1001)) }.data
        file += Pickle { $0.dictionary([]) }.data
        file +=
            Pickle { pickle in
                var entries: [(String, (inout Pickle) -> Void)] = [
                    ("epoch", { $0.write(.integer(3)) }),
                    (key, { pickle in pickle.dictionary(weights.map { entry in (entry.name, { $0.tensor(entry) }) }) }),
                ]
                if let options { entries.append(("opt", { $0.namespace(options) })) }
                pickle.dictionary(entries)
            }.data
        file += Pickle { $0.write(.list(weights.names.map { .text($0) })) }.data
        for (_, tensor) in weights {
            let values = tensor.doubles().map { Float($0) }
            withUnsafeBytes(of: Int64(values.count).littleEndian) { file.append(contentsOf: $0) }
            values.withUnsafeBytes { file.append(contentsOf: $0) }
        }
        try file.write(to: url)
    }
}

/// A pickle of protocol 2.
private struct Pickle {
    private(set) var data = Data([0x80, 2])

    init(_ body: (inout Pickle) -> Void) {
        body(&self)
        opcode(".")
    }

    private mutating func opcode(_ character: Unicode.Scalar) { data.append(UInt8(character.value)) }

    private mutating func global(_ module: String, _ name: String) {
        opcode("c")
        data.append(Data("\(module)\n\(name)\n".utf8))
    }

    mutating func write(_ value: PublishedCheckpoint.Value) {
        switch value {
        case .integer(let number):
            data.append(contentsOf: [0x8a, 8])
            withUnsafeBytes(of: Int64(number).littleEndian) { data.append(contentsOf: $0) }
        case .float(let number):
            opcode("G")
            withUnsafeBytes(of: number.bitPattern.bigEndian) { data.append(contentsOf: $0) }
        case .text(let text):
            opcode("X")
            withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { data.append(contentsOf: $0) }
            data.append(Data(text.utf8))
        case .flag(let flag): data.append(flag ? 0x88 : 0x89)
        case .none: opcode("N")
        case .list(let values):
            opcode("]")
            opcode("(")
            for value in values { write(value) }
            opcode("e")
        }
    }

    mutating func dictionary(_ entries: [(String, (inout Pickle) -> Void)]) {
        opcode("}")
        opcode("(")
        for (key, value) in entries {
            write(.text(key))
            value(&self)
        }
        opcode("u")
    }

    mutating func namespace(_ options: [String: PublishedCheckpoint.Value]) {
        global("argparse", "Namespace")
        opcode(")")
        data.append(0x81)
        dictionary(options.sorted { $0.key < $1.key }.map { option in (option.key, { $0.write(option.value) }) })
        opcode("b")
    }

    /// A tensor whose storage has its own name.
    mutating func tensor(_ entry: (name: String, tensor: StoredTensor)) {
        let shape = entry.tensor.shape
        global("torch._utils", "_rebuild_tensor_v2")
        opcode("(")
        opcode("(")
        write(.text("storage"))
        global("torch", "FloatStorage")
        write(.text(entry.name))
        write(.text("cpu"))
        write(.integer(shape.reduce(1, *)))
        opcode("N")
        opcode("t")
        opcode("Q")
        write(.integer(0))
        tuple(shape)
        tuple(shape.indices.map { shape[($0 + 1)...].reduce(1, *) })
        write(.flag(false))
        global("collections", "OrderedDict")
        opcode(")")
        opcode("R")
        opcode("t")
        opcode("R")
    }

    private mutating func tuple(_ numbers: [Int]) {
        opcode("(")
        for number in numbers { write(.integer(number)) }
        opcode("t")
    }
}
