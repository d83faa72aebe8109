/// What lies in a file of arrays: format, arrays and other data, for people (`description`) and for programs (JSON).
public struct TensorFileSummary: Sendable, Equatable, Codable {
    /// One array.
    public struct Array: Sendable, Equatable, Codable {
        /// Its name; empty for the only array of a `.npy` file.
        public let name: String
        /// Its element type; nil where the array cannot be read.
        public let dtype: StoredDType?
        /// Its extents.
        public let shape: [Int]
        /// The bytes of its elements.
        public let bytes: Int
        /// Why it cannot be read.
        public let problem: String?
    }

    /// One value beside the arrays: metadata of a safetensors file, or a plain value of a checkpoint.
    public struct Metadata: Sendable, Equatable, Codable {
        /// The key, for nested values the path joined with dots.
        public let key: String
        /// The value as text.
        public let value: String
    }

    /// The format in words.
    public let format: String
    /// The arrays, in the file's order.
    public let arrays: [Array]
    /// All else, in the file's order.
    public let metadata: [Metadata]

    /// The bytes of all arrays together.
    public var bytes: Int { arrays.reduce(0) { $0 + $1.bytes } }
}

extension TensorFile {
    /// Lists everything in the file. An array that cannot be read is listed with the reason.
    ///
    /// Throws ``TensorFileError`` where the file cannot be listed at all.
    public func summary() throws -> TensorFileSummary {
        let arrays = try names().map { name -> TensorFileSummary.Array in
            do {
                let tensor = try tensor(named: name)
                return TensorFileSummary.Array(
                    name: name, dtype: tensor.dtype, shape: tensor.shape, bytes: tensor.byteCount, problem: nil)
            } catch let error as TensorFileError {
                return TensorFileSummary.Array(
                    name: name, dtype: nil, shape: [], bytes: 0, problem: error.problem.description)
            }
        }
        return TensorFileSummary(format: format, arrays: arrays, metadata: metadata)
    }

    private var metadata: [TensorFileSummary.Metadata] {
        switch self {
        case .safetensors(let file):
            return file.metadata.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }
        case .npz(let file): return file.otherMembers.map { .init(key: $0, value: "(not an array)") }
        case .torch(let archive):
            var metadata: [TensorFileSummary.Metadata] = []
            archive.value.describe("", into: &metadata)
            return metadata
        case .npy, .hdf5: return []
        }
    }
}

extension PickleValue {
    /// Adds a line for each plain value below, with its path.
    fileprivate func describe(_ path: String, into lines: inout [TensorFileSummary.Metadata]) {
        func join(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
        if let short = shortDescription {
            lines.append(.init(key: path, value: short))
            return
        }
        switch self {
        case .dictionary(let dictionary):
            for (key, value) in dictionary { value.describe(join(key.shortDescription ?? "?"), into: &lines) }
        case .list(let values), .tuple(let values), .set(let values):
            for (index, value) in values.enumerated() { value.describe(join(String(index)), into: &lines) }
        case .object(let object):
            lines.append(.init(key: path, value: "\(object.module).\(object.name)"))
            for (index, value) in object.arguments.enumerated() { value.describe(join("(\(index))"), into: &lines) }
            object.state?.describe(path, into: &lines)
            if !object.items.isEmpty { PickleValue.list(object.items).describe(path, into: &lines) }
            PickleValue.dictionary(object.entries).describe(path, into: &lines)
        default: return
        }
    }

    /// One line for a plain value and for a list that begins with plain values; nil for all others.
    private var shortDescription: String? {
        switch self {
        case .none: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .integer(let value): return String(value)
        case .bigInteger(let digits): return "an integer of \(digits.count) bytes"
        case .float(let value): return String(value)
        case .string(let text): return text
        case .bytes(let data): return "\(data.count) bytes"
        case .global(let module, let name): return "\(module).\(name)"
        case .list(let values), .tuple(let values), .set(let values):
            var parts: [String] = []
            for value in values.prefix(16) {
                guard value.elements == nil, let part = value.shortDescription else { return nil }
                parts.append(part)
            }
            if values.count > 16 { parts.append("… \(values.count) values") }
            return "[" + parts.joined(separator: ", ") + "]"
        case .dictionary, .tensor, .object: return nil
        }
    }
}

extension TensorFileSummary: CustomStringConvertible {
    /// A table of the arrays with their types, shapes and sizes, and the other values below.
    public var description: String {
        let rows = arrays.map { array in
            [
                array.name.isEmpty ? "(unnamed)" : array.name.printable, array.dtype?.rawValue ?? "—",
                array.dtype == nil
                    ? "—" : array.shape.isEmpty ? "scalar" : array.shape.map(String.init).joined(separator: "×"),
                array.problem?.printable ?? TensorFileSummary.size(array.bytes),
            ]
        }
        var lines = ["\(format): \(arrays.count) \(arrays.count == 1 ? "array" : "arrays"), \(Self.size(bytes))"]
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = (0..<3).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) }
            lines.append("  " + cells.joined(separator: "  ") + "  " + row[3])
        }
        if !metadata.isEmpty {
            lines.append("Metadata:")
            lines += metadata.map { entry in
                let value = entry.value.count > 200 ? entry.value.prefix(200) + "…" : entry.value
                return (entry.key.isEmpty ? "  \(value)" : "  \(entry.key): \(value)").printable
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Bytes, in the unit that a person reads: `190.7 MB`.
    package static func size(_ bytes: Int) -> String {
        if bytes < 1000 { return "\(bytes) B" }
        var (value, unit) = (Double(bytes) / 1000, 0)
        while value >= 999.95, unit < 3 { (value, unit) = (value / 1000, unit + 1) }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(["kB", "MB", "GB", "TB"][unit])"
    }
}
