import Foundation

extension SafetensorsFile {
    /// Writes arrays and metadata to a safetensors file: beside its place, flushed to disk, then renamed.
    ///
    /// The same arrays always give the same bytes: as in the format's reference implementation the arrays are
    /// ordered by falling element size and then by name, the metadata by key. Every array is aligned to its
    /// element size, and the first to 8 bytes. Throws ``TensorFileError``.
    public static func write(_ tensors: OrderedTensors, metadata: [String: String] = [:], to url: URL) throws {
        guard tensors["__metadata__"] == nil else {
            throw FilePlace(url).error(.unwritable("“__metadata__” cannot be an array's name in this format"))
        }
        let ordered = tensors.sorted { left, right in
            let sizes = (left.tensor.dtype.writingRank, right.tensor.dtype.writingRank)
            return sizes.0 != sizes.1 ? sizes.0 < sizes.1 : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
        let header = headerBytes(ordered, metadata)
        try AtomicFile.write(to: url) { file in
            try file.append(header)
            for (_, tensor) in ordered {
                try tensor.withBytesInPlace { try file.append($0) }
            }
        }
    }

    private static func headerBytes(_ tensors: [(name: String, tensor: StoredTensor)], _ metadata: [String: String])
        -> [UInt8]
    {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            members.append(
                "\"__metadata__\":{" + pairs.map { quoted($0.key) + ":" + quoted($0.value) }.joined(separator: ",")
                    + "}")
        }
        var offset = 0
        for (name, tensor) in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.byteCount
            members.append(
                "\(quoted(name)):{\"dtype\":\"\(tensor.dtype.safetensorsName)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var text = Array(("{" + members.joined(separator: ",") + "}").utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{8}": result += "\\b"
            case "\u{c}": result += "\\f"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension StoredDType {
    /// The reference implementation's order of types, widest first.
    fileprivate var writingRank: Int {
        let order: [StoredDType] = [
            .uint64, .int64, .float64, .float32, .uint32, .int32, .bfloat16, .float16, .uint16, .int16, .int8,
            .uint8, .bool,
        ]
        return order.firstIndex(of: self)!
    }

    var safetensorsName: String {
        SafetensorsHeader.dtypes.first { $0.value == self }!.key
    }
}
