import Foundation
import WholeFiles

/// What a pack that is being written holds so far: a file of JSON lines beside it, `.NAME.journal`.
///
/// The first line says what is being packed, each other one which block was written where. A block's line is written
/// after the block. A last line that a killed process left half is passed over.
struct PackJournal {
    /// A block that was written.
    struct Line: Codable {
        let subject: FeatureError.Subject
        let name: String
        let offset: Int
        let rows: Int
        let checksum: UInt64
        let clipLength: Double
        /// Of the files that it was made from; nil where they could not be seen.
        let stamp: UInt64?
    }

    private struct Head: Codable {
        let version: Int
        let storage: UInt32
        let order: UInt64
        let recipe: FeatureRecipe
    }

    let url: URL
    private let head: Head

    /// Describes a journal; nothing is read.
    ///
    /// - Parameter order: A number that tells which queries are packed in which order.
    init(_ pack: URL, recipe: FeatureRecipe, storage: PackFormat.Storage, order: UInt64) {
        url = pack.deletingLastPathComponent().appendingPathComponent(".\(pack.lastPathComponent).journal")
        head = Head(version: 1, storage: storage.rawValue, order: order, recipe: recipe)
    }

    /// The lines of an earlier call that packed the same; empty where there was none.
    func lines() throws -> [Line] {
        let parts = ((try? Data(contentsOf: url)) ?? Data()).split(separator: UInt8(ascii: "\n"))
        guard let first = parts.first, try Data(first) == Self.encoded(head) else { return [] }
        var lines: [Line] = []
        for part in parts.dropFirst() {
            guard let line = try? JSONDecoder().decode(Line.self, from: Data(part)) else { break }
            lines.append(line)
        }
        return lines
    }

    /// Writes the journal anew and opens it for more lines.
    func open(_ lines: [Line]) throws -> FileHandle {
        var data = try Self.encoded(head) + [UInt8(ascii: "\n")]
        for line in lines { data += try Self.bytes(line) }
        try data.writeWhole(to: url)
        let handle = try FileHandle(forWritingTo: url)
        try handle.seekToEnd()
        return handle
    }

    /// A line with its end.
    static func bytes(_ line: Line) throws -> Data { try encoded(line) + [UInt8(ascii: "\n")] }

    private static func encoded(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}
