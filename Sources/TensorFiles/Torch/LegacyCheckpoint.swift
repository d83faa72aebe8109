/// The format of `torch.save` before version 1.6: five pickles and then the storages' bytes.
///
/// The pickles are a magic number, the protocol's version, the machine's sizes, what was saved, and the list of
/// the storages' keys. Each storage is its number of elements in 8 bytes and then the elements.
struct LegacyCheckpoint {
    /// What was saved.
    let graph: PickleGraph
    private let storages: [String: ByteSlice]

    /// 0x1950a86a20f9469cfc6c, little-endian.
    private static let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
    private static let version = 1001

    /// Whether the file's first pickle says that it is one.
    static func begins(with graph: PickleGraph) -> Bool {
        if case .bigInteger(let digits) = graph.nodes[graph.root] { digits == magic } else { false }
    }

    init(_ bytes: ByteSlice, after firstEnd: Int, _ place: FilePlace) throws {
        let version = try PickleMachine.read(bytes, from: firstEnd, place)
        guard version.graph.integer(version.graph.root) == LegacyCheckpoint.version else {
            throw place.unsupported("a legacy checkpoint of another protocol than \(LegacyCheckpoint.version)")
        }
        let machine = try PickleMachine.read(bytes, from: version.end, place)
        let saved = try PickleMachine.read(bytes, from: machine.end, place)
        let keys = try PickleMachine.read(bytes, from: saved.end, place)
        graph = saved.graph
        storages = try LegacyCheckpoint.storages(bytes, from: keys.end, keys.graph, saved.graph, place)
    }

    func storage(_ key: String, _ place: FilePlace) throws -> ByteSlice {
        guard let bytes = storages[key] else { throw place.damaged("the tensor storage \(key) is missing") }
        return bytes
    }

    private static func storages(
        _ bytes: ByteSlice, from start: Int, _ keys: PickleGraph, _ saved: PickleGraph, _ place: FilePlace
    ) throws -> [String: ByteSlice] {
        guard case .list(let identifiers) = keys.nodes[keys.root] else {
            throw place.damaged("the list of its tensor storages is missing")
        }
        let itemSizes = itemSizes(saved)
        var storages: [String: ByteSlice] = [:]
        var offset = start
        for identifier in identifiers {
            guard let key = keys.string(identifier) ?? keys.integer(identifier).map(String.init) else {
                throw place.damaged("a tensor storage has no key")
            }
            // A storage that nothing refers to has no known element type, so nothing behind it can be found.
            guard let itemSize = itemSizes[key] else { throw place.damaged("nothing uses the tensor storage \(key)") }
            guard let count = bytes.integer(at: offset, as: Int64.self).flatMap({ Int(exactly: $0) }), count >= 0,
                case let (size, overflow) = count.multipliedReportingOverflow(by: itemSize), !overflow,
                let storage = bytes.slice(at: offset + 8, count: size)
            else { throw place.damaged("it ends inside the tensor storage \(key)") }
            storages[key] = storage
            offset += 8 + size
        }
        return storages
    }

    /// The element size of every storage, from the references to it.
    private static func itemSizes(_ graph: PickleGraph) -> [String: Int] {
        let sizes: [String: Int] = [
            "HalfStorage": 2, "BFloat16Storage": 2, "FloatStorage": 4, "DoubleStorage": 8, "CharStorage": 1,
            "ShortStorage": 2, "IntStorage": 4, "LongStorage": 8, "ByteStorage": 1, "BoolStorage": 1,
            "UntypedStorage": 1, "ComplexFloatStorage": 8, "ComplexDoubleStorage": 16, "QUInt8Storage": 1,
            "QInt8Storage": 1, "QInt32Storage": 4, "QUInt4x2Storage": 1, "QUInt2x4Storage": 1,
        ]
        var itemSizes: [String: Int] = [:]
        for case .persistent(let reference) in graph.nodes {
            guard let parts = graph.tuple(reference), parts.count >= 5, let type = graph.globalName(parts[1]),
                let key = graph.string(parts[2]) ?? graph.integer(parts[2]).map(String.init)
            else { continue }
            itemSizes[key] = sizes[type.name]
        }
        return itemSizes
    }
}
