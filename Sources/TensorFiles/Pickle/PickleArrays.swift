import Foundation

/// Where the bytes of a checkpoint's tensors are: members of the archive, the end of the file, or nowhere.
struct TorchStorages {
    /// Whether numbers are stored with their highest byte first.
    var isBigEndian = false
    /// The bytes of the storage with a key.
    let bytes: (String) throws -> ByteSlice
}

extension PickleInterpreter {
    struct Storage {
        let dtype: StoredDType
        let bytes: ByteSlice
    }

    /// The array of a PyTorch or NumPy call; nil for all other calls and for arrays of no numbers.
    mutating func array(
        _ module: String, _ name: String, _ arguments: [PickleGraph.NodeID], _ call: PickleGraph.Call
    ) throws -> StoredTensor? {
        switch (module, name) {
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
            return try torchTensor(arguments, dtype: nil)
        case ("torch._utils", "_rebuild_tensor_v3"):
            guard arguments.count > 6, let global = graph.globalName(arguments[6]) else {
                throw damaged("a tensor has no element type")
            }
            return try torchTensor(arguments, dtype: try elementType(global.name))
        case ("torch._tensor", "_rebuild_from_type_v2"), ("torch._tensor", "_rebuild_from_type"),
            ("torch.tensor", "_rebuild_from_type"):
            guard arguments.count > 2, let function = graph.globalName(arguments[0]),
                let inner = graph.tuple(arguments[2]), !function.name.hasPrefix("_rebuild_from_type")
            else { throw damaged("a tensor of a subclass is not described") }
            return try array(function.module, function.name, inner, call)
        case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
            return try numPyArray(state: call.state)
        case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"):
            guard arguments.count == 4, let data = try bytes(arguments[0]), let shape = graph.integers(arguments[2])
            else { throw damaged("a NumPy array is not described") }
            guard let type = try numPyType(arguments[1]) else { return nil }
            return try numPyArray(type, shape, isFortranOrder: graph.string(arguments[3]) == "F", data)
        default: return nil
        }
    }

    /// A NumPy scalar as a plain number; nil for all other calls and for scalars that are no numbers.
    func number(_ module: String, _ name: String, _ arguments: [PickleGraph.NodeID]) throws -> PickleValue? {
        guard name == "scalar", module == "numpy.core.multiarray" || module == "numpy._core.multiarray",
            arguments.count == 2, let type = try numPyType(arguments[0]), let data = try bytes(arguments[1])
        else { return nil }
        guard data.count == type.dtype.itemSize else { throw damaged("a NumPy scalar has a wrong size") }
        let view = StridedView(dtype: type.dtype, shape: [], strides: [], bigEndian: type.bigEndian)
        let scalar = try view.tensor(in: data)
        if scalar.dtype.isFloatingPoint { return .float(scalar.doubles()[0]) }
        if scalar.dtype == .bool { return .bool(scalar.floats()[0] != 0) }
        return (try? scalar.int64s()).map { .integer(Int($0[0])) } ?? .tensor(scalar)
    }

    /// The class of what NumPy's functions make; nil for all other names.
    func numPyClass(_ module: String, _ name: String) -> String? {
        guard module.hasPrefix("numpy.") else { return nil }
        return switch name {
        case "_reconstruct", "_frombuffer": "ndarray"
        case "scalar": "generic"
        default: nil
        }
    }

    // MARK: PyTorch

    private mutating func torchTensor(_ arguments: [PickleGraph.NodeID], dtype: StoredDType?) throws -> StoredTensor {
        guard arguments.count >= 4, let offset = graph.integer(arguments[1]),
            let shape = graph.integers(arguments[2]), let strides = graph.integers(arguments[3])
        else { throw damaged("a tensor is not described by storage, offset, shape and strides") }
        guard let storage = try storage(arguments[0], dtype: dtype) else {
            throw damaged("a tensor has no storage")
        }
        return try tensor(storage, offset: offset, shape: shape, strides: strides)
    }

    /// The storage that a persistent reference names; nil where it names something else.
    ///
    /// The reference is `("storage", type, key, device, element count)`, in old files with a window behind.
    func storage(_ id: PickleGraph.NodeID, dtype: StoredDType? = nil) throws -> Storage? {
        guard case .persistent(let reference) = graph.nodes[id], let parts = graph.tuple(reference), parts.count >= 5,
            graph.string(parts[0]) == "storage", let type = graph.globalName(parts[1])
        else { return nil }
        guard let key = graph.string(parts[2]) ?? graph.integer(parts[2]).map(String.init),
            let count = graph.integer(parts[4]), count >= 0
        else { throw damaged("a storage has no key or no size") }
        let isUntyped = type.name == "UntypedStorage"
        let storedType = isUntyped ? dtype ?? .uint8 : try elementType(ofStorage: type.name)
        let itemSize = isUntyped ? 1 : storedType.itemSize
        var bytes = try storages.bytes(key)
        let (needed, overflow) = count.multipliedReportingOverflow(by: itemSize)
        guard !overflow, let whole = bytes.slice(at: 0, count: needed) else {
            throw damaged(
                "storage \(key) should have \(count) elements of \(itemSize) bytes, and has \(bytes.count) bytes")
        }
        bytes = whole
        if parts.count > 5, let window = graph.tuple(parts[5]) {
            guard window.count == 3, let offset = graph.integer(window[1]), let size = graph.integer(window[2]),
                (0...count).contains(offset), (0...count - offset).contains(size),
                let part = bytes.slice(at: offset * itemSize, count: size * itemSize)
            else { throw damaged("a window onto storage \(key) leaves it") }
            bytes = part
        }
        return Storage(dtype: dtype ?? storedType, bytes: bytes)
    }

    mutating func tensor(_ storage: Storage, offset: Int, shape: [Int], strides: [Int]) throws -> StoredTensor {
        guard shape.count == strides.count, shape.count <= StoredTensor.rankLimit else {
            throw damaged("a tensor has \(shape.count) dimensions and \(strides.count) strides")
        }
        let itemSize = storage.dtype.itemSize
        let view = StridedView(dtype: storage.dtype, shape: shape, strides: strides, bigEndian: storages.isBigEndian)
        guard strides.allSatisfy({ $0 >= 0 }), offset >= 0, let span = view.span,
            let byteCount = storage.dtype.byteCount(ofShape: shape),
            let length = storage.bytes.count / itemSize as Int?,
            span == 0 || offset <= length && span <= length - offset
        else { throw damaged("a tensor of shape \(shape) with strides \(strides) at \(offset) leaves its storage") }
        if byteCount == 0 {
            return StoredTensor(dtype: storage.dtype, shape: shape, storage: storage.bytes.storage)
        }
        if !view.isContiguous || storages.isBigEndian {
            guard byteCount <= copyAllowance else {
                throw place.tooLarge("a tensor of shape \(shape) repeats its elements to \(byteCount) bytes")
            }
            copyAllowance -= byteCount
        }
        let window = storage.bytes.slice(at: offset * itemSize, count: span * itemSize)!
        return try place.naming { try view.tensor(in: window) }
    }

    private func elementType(ofStorage name: String) throws -> StoredDType {
        let types: [String: StoredDType] = [
            "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "FloatStorage": .float32, "DoubleStorage": .float64,
            "CharStorage": .int8, "ShortStorage": .int16, "IntStorage": .int32, "LongStorage": .int64,
            "ByteStorage": .uint8, "BoolStorage": .bool,
        ]
        guard let type = types[name] else { throw place.unsupported("a tensor of the element type of torch.\(name)") }
        return type
    }

    private func elementType(_ name: String) throws -> StoredDType {
        let aliases = ["half": "float16", "float": "float32", "double": "float64", "long": "int64", "int": "int32"]
        guard let type = StoredDType(rawValue: aliases[name] ?? name) else {
            throw place.unsupported("a tensor of the element type torch.\(name)")
        }
        return type
    }

    // MARK: NumPy

    /// The state of an array: (version, shape, type, Fortran order, bytes), long ago without the version.
    private mutating func numPyArray(state: PickleGraph.NodeID?) throws -> StoredTensor? {
        guard let state, let parts = graph.tuple(state), parts.count == 4 || parts.count == 5 else {
            throw damaged("a NumPy array has no state")
        }
        let fields = parts.suffix(4)
        guard let shape = graph.integers(fields[fields.startIndex]) else { throw damaged("a NumPy array has no shape") }
        guard let type = try numPyType(fields[fields.startIndex + 1]) else { return nil }
        guard let isFortranOrder = graph.bool(fields[fields.startIndex + 2]),
            let data = try bytes(fields[fields.startIndex + 3])
        else { throw damaged("a NumPy array has no bytes") }
        return try numPyArray(type, shape, isFortranOrder: isFortranOrder, data)
    }

    private mutating func numPyArray(
        _ type: (dtype: StoredDType, bigEndian: Bool), _ shape: [Int], isFortranOrder: Bool, _ data: ByteSlice
    ) throws -> StoredTensor {
        guard shape.count <= StoredTensor.rankLimit, type.dtype.byteCount(ofShape: shape) == data.count else {
            throw damaged("a NumPy array of shape \(shape) has \(data.count) bytes")
        }
        let strides = isFortranOrder ? StridedView.fortranStrides(shape) : StridedView.contiguousStrides(shape)
        let view = StridedView(dtype: type.dtype, shape: shape, strides: strides, bigEndian: type.bigEndian)
        return try place.naming { try view.tensor(in: data) }
    }

    /// `dtype("f4", …)` with a state of (version, byte order, …); nil for types that are no numbers.
    private func numPyType(_ id: PickleGraph.NodeID) throws -> (dtype: StoredDType, bigEndian: Bool)? {
        guard let call = graph.call(id), let global = graph.globalName(call.callable), global == ("numpy", "dtype"),
            let arguments = graph.tuple(call.arguments), let first = arguments.first, let name = graph.string(first)
        else { throw damaged("a NumPy array has no element type") }
        guard let type = NPYHeader.elementType(name) else { return nil }
        var order: String?
        if let state = call.state, let parts = graph.tuple(state), parts.count > 1 { order = graph.string(parts[1]) }
        return (type.0, order == ">" || type.bigEndian)
    }

    // MARK: Bytes

    /// The bytes of a node, in all the ways that the protocols write bytes; nil where it holds none.
    func bytes(_ id: PickleGraph.NodeID) throws -> ByteSlice? {
        guard let call = graph.call(id) else { return literalBytes(id) }
        guard let (module, name) = graph.globalName(call.callable), let arguments = graph.tuple(call.arguments)
        else { return nil }
        switch (module, name) {
        case ("_codecs", "encode"): return try arguments.first.flatMap { try encodedBytes($0) }
        case ("builtins", "bytes"), ("__builtin__", "bytes"), ("builtins", "bytearray"), ("__builtin__", "bytearray"):
            guard let first = arguments.first else { return ByteSlice(ByteStorage([])) }
            // Protocol 2 wraps once: bytearray(_codecs.encode(text, "latin1")).
            guard let inner = graph.call(first) else { return try literalBytes(first) ?? encodedBytes(first) }
            guard let global = graph.globalName(inner.callable), global == ("_codecs", "encode"),
                let text = graph.tuple(inner.arguments)?.first
            else { return nil }
            return try encodedBytes(text)
        default: return nil
        }
    }

    private func literalBytes(_ id: PickleGraph.NodeID) -> ByteSlice? {
        switch graph.nodes[id] {
        case .bytes(let bytes), .byteString(let bytes): bytes
        default: nil
        }
    }

    /// Protocols without bytes write them as text, a character a byte.
    private func encodedBytes(_ id: PickleGraph.NodeID) throws -> ByteSlice? {
        guard case .string(let text) = graph.nodes[id] else { return nil }
        let encoded = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
        guard encoded.count == text.unicodeScalars.count else { throw damaged("bytes are no Latin-1 text") }
        return ByteSlice(ByteStorage(encoded))
    }
}
