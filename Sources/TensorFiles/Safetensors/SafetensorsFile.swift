import Foundation

/// A safetensors file, memory-mapped: opening reads the header, arrays are windows onto the file.
///
/// The format: 8 bytes with the header's length (little-endian), the header (JSON: for each array its type,
/// shape and range of bytes, and `__metadata__`, a dictionary of strings), then the arrays' bytes without gaps.
/// The header is checked whole before anything is handed out.
public struct SafetensorsFile: Sendable {
    /// The arrays' names, in the order of their bytes.
    public let names: [String]
    /// The header's `__metadata__`.
    public let metadata: [String: String]

    private let place: FilePlace
    private let tensors: [String: StoredTensor]

    /// The longest header that is read, as in the format's reference implementation.
    static let headerLimit = 100_000_000

    /// Maps the file and checks its header. Throws ``TensorFileError``.
    public init(contentsOf url: URL) throws {
        try self.init(storage: ByteStorage(mapping: url), file: url.path)
    }

    /// Reads the bytes of a safetensors file; `file` is what errors call it. Throws ``TensorFileError``.
    public init(storage: ByteStorage, file: String) throws {
        let place = FilePlace(file: file)
        let bytes = ByteSlice(storage)
        try FileKind.require(.safetensors, in: bytes, place)
        let header = try SafetensorsHeader(bytes, place)
        var tensors: [String: StoredTensor] = [:]
        for entry in header.entries {
            tensors[entry.name] = StoredTensor(
                dtype: entry.dtype, shape: entry.shape, storage: storage, byteOffset: entry.start)
        }
        self.place = place
        self.tensors = tensors
        names = header.entries.map(\.name)
        metadata = header.metadata
    }

    /// The array of a name, without a copy. Throws ``TensorFileError/Problem/noSuchArray(_:available:)``.
    public func tensor(named name: String) throws -> StoredTensor {
        guard let tensor = tensors[name] else { throw place.error(.noSuchArray(name, available: names)) }
        return tensor
    }

    /// All arrays, in the order of their bytes.
    public var all: OrderedTensors {
        var all = OrderedTensors()
        for name in names { all[name] = tensors[name] }
        return all
    }
}

/// The parsed and checked header of a safetensors file.
struct SafetensorsHeader {
    struct Entry {
        let name: String
        let dtype: StoredDType
        let shape: [Int]
        /// The first byte's place in the file, and the place behind the last.
        let start: Int
        let end: Int
    }

    /// In the order of their bytes.
    let entries: [Entry]
    let metadata: [String: String]

    static let dtypes: [String: StoredDType] = [
        "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8, "I16": .int16,
        "I32": .int32, "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64, "BOOL": .bool,
    ]

    init(_ bytes: ByteSlice, _ place: FilePlace) throws {
        guard let length = bytes.integer(at: 0, as: UInt64.self).flatMap({ Int(exactly: $0) }) else {
            throw place.damaged("the header's length is missing")
        }
        guard length <= SafetensorsFile.headerLimit else {
            throw place.damaged("a header of \(length) bytes is too long to be true")
        }
        guard let text = bytes.slice(at: 8, count: length) else {
            throw place.damaged("it ends inside its header: \(length) bytes announced, \(bytes.count - 8) there")
        }
        let json: HeaderJSON
        do {
            json = try text.withBytes { try HeaderJSON.parse($0) }
        } catch let error as HeaderJSON.SyntaxError {
            throw place.damaged("its header is not JSON: \(error.what) at byte \(8 + error.offset)")
        }
        guard let members = json.object else { throw place.damaged("its header is not a JSON object") }

        var names: Set<String> = []
        var metadata: [String: String] = [:]
        var entries: [Entry] = []
        for (name, value) in members {
            guard names.insert(name).inserted else { throw place.damaged("two entries are named “\(name)”") }
            if name == "__metadata__" {
                metadata = try SafetensorsHeader.metadata(value, place)
            } else {
                entries.append(try SafetensorsHeader.entry(name, value, dataStart: 8 + length, place.at(name)))
            }
        }
        entries.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        var end = 8 + length
        for entry in entries {
            guard entry.start == end else {
                let what = entry.start < end ? "its bytes overlap another array's" : "unused bytes lie before its own"
                throw place.at(entry.name).damaged(what)
            }
            end = entry.end
        }
        guard end == bytes.count else {
            throw place.damaged("its arrays need \(end) bytes, the file has \(bytes.count)")
        }
        self.entries = entries
        self.metadata = metadata
    }

    private static func metadata(_ value: HeaderJSON, _ place: FilePlace) throws -> [String: String] {
        guard let members = value.object else { throw place.damaged("__metadata__ is not a JSON object") }
        var metadata: [String: String] = [:]
        for (key, value) in members {
            guard let text = value.string else { throw place.damaged("metadata “\(key)” is not a string") }
            guard metadata.updateValue(text, forKey: key) == nil else {
                throw place.damaged("two metadata entries are named “\(key)”")
            }
        }
        return metadata
    }

    private static func entry(
        _ name: String, _ value: HeaderJSON, dataStart: Int, _ place: FilePlace
    ) throws -> Entry {
        guard let members = value.object else { throw place.damaged("its description is not a JSON object") }
        var fields: [String: HeaderJSON] = [:]
        for (key, value) in members where fields.updateValue(value, forKey: key) != nil {
            throw place.damaged("“\(key)” stands twice in its description")
        }
        guard let type = fields["dtype"]?.string else { throw place.damaged("its dtype is missing") }
        guard let dtype = dtypes[type] else { throw place.unsupported("the element type \(type)") }
        guard let shape = fields["shape"]?.sizes else { throw place.damaged("its shape is not a list of sizes") }
        guard shape.count <= StoredTensor.rankLimit else {
            throw place.unsupported("an array of \(shape.count) dimensions")
        }
        guard let offsets = fields["data_offsets"]?.sizes, offsets.count == 2, offsets[0] <= offsets[1] else {
            throw place.damaged("its data_offsets are not two ascending numbers")
        }
        guard let needed = dtype.byteCount(ofShape: shape), needed == offsets[1] - offsets[0] else {
            throw place.damaged("\(type) \(shape) does not fill its \(offsets[1] - offsets[0]) bytes")
        }
        let (end, overflow) = offsets[1].addingReportingOverflow(dataStart)
        guard !overflow else { throw place.damaged("its data_offsets lie outside of the file") }
        return Entry(name: name, dtype: dtype, shape: shape, start: offsets[0] + dataStart, end: end)
    }
}
