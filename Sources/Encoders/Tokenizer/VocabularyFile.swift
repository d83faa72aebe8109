import CZlib
import Foundation

/// Why a vocabulary cannot be read.
public enum VocabularyError: Error, Hashable, Sendable {
    /// The file cannot be opened.
    case unreadable(file: String, reason: String)
    /// The file is none of the known kinds.
    case unknownKind(file: String)
    /// A merge joins symbols that no earlier merge makes.
    case unknownSymbols(merge: Int, first: String, second: String)
}

extension VocabularyError: CustomStringConvertible, LocalizedError {
    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): the vocabulary cannot be read: \(reason)"
        case .unknownKind(let file):
            "\(file) is no vocabulary. CLIP's are bpe_simple_vocab_16e6.txt.gz, merges.txt or tokenizer.json."
        case .unknownSymbols(let merge, let first, let second):
            "The vocabulary's merge \(merge) joins “\(first)” and “\(second)”, which no earlier merge makes. The file is damaged, or "
                + "another model's."
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension BytePairTokenizer {
    /// The names under which a vocabulary lies beside its weights, the first found counts.
    public static let fileNames = [
        "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt", "merges.txt", "tokenizer.json",
    ]

    /// Merges that CLIP uses of OpenAI's file, which holds many more.
    private static let openAIMerges = 49152 - 256 - 2

    /// Reads a vocabulary: OpenAI's list of merges, plain or gzipped, or Hugging Face's `merges.txt` or `tokenizer.json`.
    ///
    /// - Throws: ``VocabularyError``.
    public init(contentsOf url: URL) throws {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw VocabularyError.unreadable(file: url.path, reason: error.localizedDescription)
        }
        let bytes = data.starts(with: [0x1F, 0x8B]) ? try Self.unpacked(data, file: url.path) : data
        if bytes.first == UInt8(ascii: "{") {
            try self.init(merges: try Self.merges(inJSON: bytes, file: url.path))
            return
        }
        guard let text = String(data: bytes, encoding: .utf8) else { throw VocabularyError.unknownKind(file: url.path) }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        // The first line of both kinds names the format.
        guard let first = lines.first, first.contains("#version") else {
            throw VocabularyError.unknownKind(file: url.path)
        }
        let merges = try lines.dropFirst().prefix(Self.openAIMerges).map { try Self.merge($0, file: url.path) }
        try self.init(merges: merges)
    }

    private static func merge(_ line: Substring, file: String) throws -> (String, String) {
        let parts = line.split(separator: " ")
        guard parts.count == 2 else { throw VocabularyError.unknownKind(file: file) }
        return (String(parts[0]), String(parts[1]))
    }

    private static func merges(inJSON data: Data, file: String) throws -> [(String, String)] {
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let model = object["model"] as? [String: Any], let merges = model["merges"] as? [Any]
        else { throw VocabularyError.unknownKind(file: file) }
        return try merges.map { merge in
            if let pair = merge as? [String], pair.count == 2 { return (pair[0], pair[1]) }
            guard let line = merge as? String else { throw VocabularyError.unknownKind(file: file) }
            return try Self.merge(Substring(line), file: file)
        }
    }

    /// A gzipped file's contents; a vocabulary has a few megabytes, and more than 64 is refused.
    private static func unpacked(_ data: Data, file: String) throws -> Data {
        var stream = z_stream()
        // 16 beside the window's size says: gzip.
        guard inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw VocabularyError.unreadable(file: file, reason: "zlib does not start")
        }
        defer { inflateEnd(&stream) }
        var result = Data()
        var input = [UInt8](data)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let status: Int32 = input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            while true {
                let status = buffer.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    return inflate(&stream, Z_NO_FLUSH)
                }
                result.append(contentsOf: buffer.prefix(buffer.count - Int(stream.avail_out)))
                if status != Z_OK || result.count > 64 << 20 { return status }
            }
        }
        guard status == Z_STREAM_END else {
            throw VocabularyError.unreadable(file: file, reason: "the gzip file is cut or damaged")
        }
        return result
    }
}
