extension TorchArchive {
    /// The keys under which training code keeps a model's parameters, the most telling first.
    static let usualKeys = [
        "state_dict", "model_state_dict", "model_state", "model", "module", "network", "net", "params", "weights",
        "blobs",
    ]

    /// The named arrays at a path of keys, such as `["model"]`; without a path, the model's, found by itself.
    ///
    /// Found are, in this order: a state dictionary under one of the usual keys (`state_dict`, `model`,
    /// `model_state`, …), the file's own dictionary if it holds tensors, the parameters of a saved module or a
    /// TorchScript archive, and the only dictionary that holds tensors. Names of nested dictionaries and modules
    /// are joined with dots, as PyTorch names parameters; entries that are no arrays are passed over.
    ///
    /// Throws ``TensorFileError/Problem/noStateDictionary(_:available:)``.
    public func stateDictionary(at path: [String]? = nil) throws -> OrderedTensors {
        if let path {
            var current = value
            for (depth, key) in path.enumerated() {
                guard let next = current[key] else {
                    let place = "at \(path[...depth].joined(separator: "."))"
                    throw self.place.error(.noStateDictionary(place, available: current.keys))
                }
                current = next
            }
            let tensors = TorchArchive.tensors(in: current)
            if tensors.isEmpty {
                let place = "at \(path.joined(separator: "."))"
                throw self.place.error(.noStateDictionary(place, available: current.keys))
            }
            return tensors
        }
        for candidate in candidates() {
            let tensors = TorchArchive.tensors(in: candidate)
            if !tensors.isEmpty { return tensors }
        }
        throw place.error(.noStateDictionary("in this checkpoint", available: value.keys))
    }

    /// All arrays with the paths to them as names, joined with dots: also an optimiser's and others'.
    public var tensors: OrderedTensors { TorchArchive.tensors(in: value) }

    private func candidates() -> [PickleValue] {
        guard let dictionary = value.dictionary else { return [value] }
        var candidates: [PickleValue] = []
        for key in TorchArchive.usualKeys {
            switch dictionary[key] {
            case .dictionary(let inner)?: candidates.append(.dictionary(inner))
            case .object(let inner)?: candidates.append(.object(inner))
            default: continue
            }
        }
        if dictionary.contains(where: { $0.value.tensor != nil }) { return candidates + [value] }
        let holders = dictionary.filter { !TorchArchive.tensors(in: $0.value).isEmpty }
        return candidates + (holders.count == 1 ? [holders[0].value] : [])
    }

    /// All arrays below a value with the path to them as names, joined with dots.
    static func tensors(in value: PickleValue) -> OrderedTensors {
        var tensors = OrderedTensors()
        collect(value, "", into: &tensors)
        return tensors
    }

    private static func collect(_ value: PickleValue, _ name: String, into tensors: inout OrderedTensors) {
        func join(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
        switch value {
        case .tensor(let tensor): tensors[name] = tensor
        case .dictionary(let dictionary):
            for (key, value) in dictionary {
                guard let key = key.string ?? key.integer.map(String.init) else { continue }
                collect(value, join(key), into: &tensors)
            }
        case .list(let values), .tuple(let values):
            for (index, value) in values.enumerated() { collect(value, join(String(index)), into: &tensors) }
        case .object(let object): collect(object, name, into: &tensors)
        default: return
        }
    }

    /// A module keeps parameters, buffers and modules in three dictionaries; a TorchScript object as attributes.
    private static func collect(_ object: PickleObject, _ name: String, into tensors: inout OrderedTensors) {
        guard let state = object.state else {
            return collect(.dictionary(object.entries), name, into: &tensors)
        }
        guard object["_modules"]?.dictionary != nil else { return collect(state, name, into: &tensors) }
        for part in ["_parameters", "_buffers", "_modules"] {
            if let part = object[part] { collect(part, name, into: &tensors) }
        }
    }
}

extension PickleValue {
    /// The names inside: a dictionary's text keys, or an object's attributes.
    fileprivate var keys: [String] {
        switch self {
        case .dictionary(let dictionary): dictionary.stringKeys
        case .object(let object): (object.state?.dictionary ?? object.entries).stringKeys
        default: []
        }
    }
}
