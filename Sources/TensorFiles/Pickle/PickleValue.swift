import Foundation

/// What a Python pickle holds, as data. Nothing of it was ever run.
public indirect enum PickleValue: Sendable {
    /// `None`
    case none
    /// `True` or `False`
    case bool(Bool)
    /// An integer that fits into 64 bits.
    case integer(Int)
    /// A larger integer: two's complement, little-endian.
    case bigInteger(Data)
    /// A floating-point number.
    case float(Double)
    /// Text.
    case string(String)
    /// Bytes, also a `bytearray`, and a Python 2 string that is not UTF-8.
    case bytes(Data)
    /// A list.
    case list([PickleValue])
    /// A tuple, also `torch.Size`.
    case tuple([PickleValue])
    /// A set or a frozen set, in the order written.
    case set([PickleValue])
    /// A dictionary, ordered or not.
    case dictionary(PickleDictionary)
    /// A PyTorch tensor or parameter, or a NumPy array.
    case tensor(StoredTensor)
    /// A class or a function that is only named, such as `torch.float32`.
    case global(module: String, name: String)
    /// An object of a class that is not understood here; it is only described.
    case object(PickleObject)
}

/// A Python object of a foreign class, described and never made: `argparse.Namespace`, `torch.device`, a module.
public struct PickleObject: Sendable {
    /// The class's module, such as `argparse`.
    public let module: String
    /// The class's name, such as `Namespace`.
    public let name: String
    /// What its constructor would be given.
    public let arguments: [PickleValue]
    /// Its attributes, usually a dictionary.
    public let state: PickleValue?
    /// The elements, where its class is a kind of list.
    public let items: [PickleValue]
    /// The entries, where its class is a kind of dictionary.
    public let entries: PickleDictionary

    /// An attribute of the object's state.
    public subscript(attribute: String) -> PickleValue? {
        switch state {
        case .dictionary(let attributes): attributes[attribute]
        // Objects with slots: (dictionary or None, dictionary of slots).
        case .tuple(let parts) where parts.count == 2:
            parts.lazy.compactMap { $0.dictionary?[attribute] }.first
        default: nil
        }
    }
}

/// A Python dictionary: keys of any kind, in their order.
public struct PickleDictionary: Sendable, Sequence {
    /// Key and value, in order. No string and no integer is the key of two entries.
    public private(set) var entries: [(key: PickleValue, value: PickleValue)] = []
    private var indices: [Key: Int] = [:]

    private enum Key: Hashable {
        case string(String)
        case integer(Int)
    }

    /// An empty dictionary.
    public init() {}

    /// The number of entries.
    public var count: Int { entries.count }

    /// The value of a text key.
    public subscript(key: String) -> PickleValue? { indices[.string(key)].map { entries[$0].value } }

    /// The value of an integer key.
    public subscript(key: Int) -> PickleValue? { indices[.integer(key)].map { entries[$0].value } }

    /// The text keys, in order.
    public var stringKeys: [String] { entries.compactMap { $0.key.string } }

    /// Adds an entry, or replaces the value of a text or integer key in its place, as Python does.
    mutating func set(_ key: PickleValue, _ value: PickleValue) {
        let hashed: Key? =
            switch key {
            case .string(let text): .string(text)
            case .integer(let number): .integer(number)
            default: nil
            }
        if let hashed {
            if let index = indices[hashed] {
                entries[index].value = value
                return
            }
            indices[hashed] = entries.count
        }
        entries.append((key, value))
    }

    /// Key and value, in order.
    public func makeIterator() -> IndexingIterator<[(key: PickleValue, value: PickleValue)]> {
        entries.makeIterator()
    }
}

extension PickleValue {
    /// The truth value, if it is one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The integer, if it is one of at most 64 bits.
    public var integer: Int? { if case .integer(let value) = self { value } else { nil } }

    /// The number, if it is an integer of at most 64 bits or a float.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .float(let value): value
        default: nil
        }
    }

    /// The text, if it is some.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The elements, if it is a list, a tuple or a set.
    public var elements: [PickleValue]? {
        switch self {
        case .list(let values), .tuple(let values), .set(let values): values
        default: nil
        }
    }

    /// The dictionary, if it is one.
    public var dictionary: PickleDictionary? { if case .dictionary(let value) = self { value } else { nil } }

    /// The array, if it is one.
    public var tensor: StoredTensor? { if case .tensor(let value) = self { value } else { nil } }

    /// The foreign object, if it is one.
    public var object: PickleObject? { if case .object(let value) = self { value } else { nil } }

    /// The entry of a dictionary or the attribute of an object.
    public subscript(key: String) -> PickleValue? {
        switch self {
        case .dictionary(let dictionary): dictionary[key]
        case .object(let object): object[key] ?? object.entries[key]
        default: nil
        }
    }

    /// The element of a list or a tuple, or the entry of an integer key; nil where there is none.
    public subscript(index: Int) -> PickleValue? {
        switch self {
        case .list(let values), .tuple(let values): values.indices.contains(index) ? values[index] : nil
        case .dictionary(let dictionary): dictionary[index]
        default: nil
        }
    }
}
