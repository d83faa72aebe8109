/// Named arrays in an order: a state dictionary, or all arrays of a file.
public struct OrderedTensors: Sendable, Equatable, Sequence, ExpressibleByDictionaryLiteral {
    /// The names, in order.
    public private(set) var names: [String] = []
    private var tensors: [String: StoredTensor] = [:]

    /// No arrays.
    public init() {}

    /// The arrays in the order given. Of two with one name the last is kept, at the first one's place.
    public init(dictionaryLiteral elements: (String, StoredTensor)...) {
        for (name, tensor) in elements { self[name] = tensor }
    }

    /// The number of arrays.
    public var count: Int { names.count }

    /// Whether there are none.
    public var isEmpty: Bool { names.isEmpty }

    /// The array of a name. A new name is added at the end; nil removes.
    public subscript(name: String) -> StoredTensor? {
        get { tensors[name] }
        set {
            if let newValue {
                if tensors.updateValue(newValue, forKey: name) == nil { names.append(name) }
            } else if tensors.removeValue(forKey: name) != nil {
                names.removeAll { $0 == name }
            }
        }
    }

    /// Name and array, in order.
    public func makeIterator() -> AnyIterator<(name: String, tensor: StoredTensor)> {
        var iterator = names.makeIterator()
        let tensors = tensors
        return AnyIterator { iterator.next().map { ($0, tensors[$0]!) } }
    }
}
