import Foundation

/// Turns a pickle's graph into a value: containers into Swift's, descriptions of arrays into arrays, all other
/// objects into descriptions.
struct PickleInterpreter {
    /// Deeper nesting is refused: freeing a value goes as deep as the value.
    static let depthLimit = 400

    let graph: PickleGraph
    let place: FilePlace
    /// Where the tensors' bytes are.
    let storages: TorchStorages
    /// Reads a checkpoint inside of the pickle (`torch.storage._load_from_bytes`).
    let nested: (ByteSlice) throws -> PickleValue

    private var values: [PickleValue?]
    private var isOpen: [Bool]
    /// How many values each node holds, counting what is shared as often as it is met.
    private var sizes: [Int]
    private let sizeLimit: Int
    /// What may still be copied out of shared storages: views that repeat elements must not fill the memory.
    var copyAllowance: Int

    static func value(
        of graph: PickleGraph, _ place: FilePlace, storages: TorchStorages, copyAllowance: Int,
        nested: @escaping (ByteSlice) throws -> PickleValue
    ) throws -> PickleValue {
        var interpreter = PickleInterpreter(
            graph: graph, place: place, storages: storages, copyAllowance: copyAllowance, nested: nested)
        return try interpreter.value(graph.root, depth: 0)
    }

    private init(
        graph: PickleGraph, place: FilePlace, storages: TorchStorages, copyAllowance: Int,
        nested: @escaping (ByteSlice) throws -> PickleValue
    ) {
        self.graph = graph
        self.place = place
        self.storages = storages
        self.copyAllowance = copyAllowance
        self.nested = nested
        values = Array(repeating: nil, count: graph.nodes.count)
        isOpen = Array(repeating: false, count: graph.nodes.count)
        sizes = Array(repeating: 1, count: graph.nodes.count)
        sizeLimit = max(1 << 20, graph.nodes.count * 16)
    }

    func damaged(_ what: String) -> TensorFileError { place.damaged("in its pickle, " + what) }

    mutating func value(_ id: PickleGraph.NodeID, depth: Int) throws -> PickleValue {
        if let value = values[id] { return value }
        guard depth < PickleInterpreter.depthLimit else {
            throw place.tooLarge("a pickle nested more than \(PickleInterpreter.depthLimit) deep")
        }
        guard !isOpen[id] else { throw place.unsupported("a pickle with a value that contains itself") }
        isOpen[id] = true
        let value = try make(id, depth: depth + 1)
        isOpen[id] = false
        guard sizes[id] <= sizeLimit else {
            throw place.tooLarge("a pickle that repeats its values to more than \(sizeLimit)")
        }
        values[id] = value
        return value
    }

    private mutating func make(_ id: PickleGraph.NodeID, depth: Int) throws -> PickleValue {
        switch graph.nodes[id] {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .bigInteger(let digits): return .bigInteger(Data(digits))
        case .float(let value): return .float(value)
        case .string(let text): return .string(text)
        case .byteString(let bytes): return bytes.utf8.map { .string($0) } ?? .bytes(bytes.data)
        case .bytes(let bytes): return .bytes(bytes.data)
        case .list(let elements): return .list(try children(elements, of: id, depth))
        case .tuple(let elements): return .tuple(try children(elements, of: id, depth))
        case .set(let elements): return .set(try children(elements, of: id, depth))
        case .dictionary(let entries): return .dictionary(try dictionary(entries, of: id, depth))
        case .global(let module, let name): return .global(module: module, name: name)
        case .persistent(let reference): return try persistent(reference, of: id, depth)
        case .call(let index): return try call(graph.calls[index], of: id, depth)
        }
    }

    mutating func children(_ ids: [PickleGraph.NodeID], of parent: PickleGraph.NodeID, _ depth: Int) throws
        -> [PickleValue]
    {
        var result: [PickleValue] = []
        result.reserveCapacity(ids.count)
        for id in ids {
            result.append(try value(id, depth: depth))
            sizes[parent] += sizes[id]
        }
        return result
    }

    mutating func dictionary(_ pairs: [PickleGraph.NodeID], of parent: PickleGraph.NodeID, _ depth: Int) throws
        -> PickleDictionary
    {
        let values = try children(pairs, of: parent, depth)
        var result = PickleDictionary()
        for index in stride(from: 0, to: values.count - 1, by: 2) { result.set(values[index], values[index + 1]) }
        return result
    }

    /// A storage on its own becomes an array of one axis.
    private mutating func persistent(_ reference: PickleGraph.NodeID, of id: PickleGraph.NodeID, _ depth: Int) throws
        -> PickleValue
    {
        guard let storage = try storage(id) else {
            let described = try children([reference], of: id, depth)
            return .object(
                PickleObject(
                    module: "pickle", name: "PersistentReference", arguments: described, state: nil, items: [],
                    entries: PickleDictionary()))
        }
        let count = storage.bytes.count / storage.dtype.itemSize
        return .tensor(try tensor(storage, offset: 0, shape: [count], strides: [1]))
    }

    // MARK: Calls

    private mutating func call(_ call: PickleGraph.Call, of id: PickleGraph.NodeID, _ depth: Int) throws -> PickleValue
    {
        guard let (module, name) = graph.globalName(call.callable), let arguments = graph.tuple(call.arguments) else {
            throw damaged("a call has no name")
        }
        if let value = try known(module, name, arguments, call, of: id, depth) { return value }
        var described = (module: module, name: name, arguments: arguments)
        if name == "_reconstructor", module == "copyreg" || module == "copy_reg", arguments.count == 3,
            let global = graph.globalName(arguments[0])
        {
            // Old protocols make every object through this function: (class, base class, the base's value).
            described = (global.module, global.name, [arguments[2]])
        } else if let array = numPyClass(module, name) {
            described = ("numpy", array, [])
        }
        return .object(
            PickleObject(
                module: described.module, name: described.name,
                arguments: try children(described.arguments, of: id, depth),
                state: try call.state.map { try children([$0], of: id, depth)[0] },
                items: try children(call.items, of: id, depth),
                entries: try dictionary(call.entries, of: id, depth)))
    }

    /// The value of a call that is understood; nil for all others.
    private mutating func known(
        _ module: String, _ name: String, _ arguments: [PickleGraph.NodeID], _ call: PickleGraph.Call,
        of id: PickleGraph.NodeID, _ depth: Int
    ) throws -> PickleValue? {
        switch (module, name) {
        case ("collections", "OrderedDict"), ("collections", "defaultdict"), ("collections", "Counter"):
            return try .dictionary(mapping(arguments, call, of: id, depth))
        case ("builtins", "set"), ("builtins", "frozenset"), ("__builtin__", "set"), ("__builtin__", "frozenset"):
            guard arguments.count <= 1 else { throw damaged("a set has several arguments") }
            return try .set(arguments.first.map { try children([$0], of: id, depth)[0].elements ?? [] } ?? [])
        case ("_codecs", "encode"), ("builtins", "bytes"), ("builtins", "bytearray"), ("__builtin__", "bytes"),
            ("__builtin__", "bytearray"):
            return try bytes(id).map { .bytes($0.data) }
        case ("torch", "Size"):
            return graph.integers(id).map { sizes in .tuple(sizes.map { .integer($0) }) }
        case ("torch.jit._pickle", "build_intlist"), ("torch.jit._pickle", "build_tensorlist"),
            ("torch.jit._pickle", "build_doublelist"), ("torch.jit._pickle", "build_boollist"),
            ("torch.jit._pickle", "restore_type_tag"):
            return try arguments.first.map { try children([$0], of: id, depth)[0] }
        case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
            guard let data = arguments.first else { throw damaged("a parameter has no tensor") }
            return try value(data, depth: depth)
        case ("torch.storage", "_load_from_bytes"):
            guard let first = arguments.first, let bytes = try bytes(first) else {
                throw damaged("a storage has no bytes")
            }
            return try nested(bytes)
        default:
            return try array(module, name, arguments, call).map { .tensor($0) } ?? number(module, name, arguments)
        }
    }

    /// `OrderedDict([(key, value), …])`, `defaultdict(factory)`, `Counter({…})`, and the items set afterwards.
    private mutating func mapping(
        _ arguments: [PickleGraph.NodeID], _ call: PickleGraph.Call, of id: PickleGraph.NodeID, _ depth: Int
    ) throws -> PickleDictionary {
        var pairs: [PickleGraph.NodeID] = []
        for argument in arguments {
            switch graph.nodes[argument] {
            case .dictionary(let entries): pairs += entries
            case .list(let elements), .tuple(let elements):
                for element in elements {
                    switch graph.nodes[element] {
                    case .list(let pair) where pair.count == 2, .tuple(let pair) where pair.count == 2: pairs += pair
                    default: throw damaged("an ordered dictionary has an item that is no pair")
                    }
                }
            default: continue  // A default factory.
            }
        }
        return try dictionary(pairs + call.entries, of: id, depth)
    }
}

extension ByteSlice {
    var data: Data { withBytes { Data($0) } }
}
