import Foundation

/// The lengths of videos in seconds, from a CSV file with the columns `id` and `length`.
///
/// The original tables of Charades (`Charades_v1_train.csv`, with quoted scripts) fit as well.
struct DurationTable: Sendable {
    private var seconds: [String: Double]

    init(seconds: [String: Double]) {
        self.seconds = seconds
    }

    subscript(vid: String) -> Double? { seconds[vid] }

    /// - Throws: what is wrong with the file or with its header. Rows whose length is not a positive
    ///   number are left out: the queries that need them then name the video.
    init(contentsOf url: URL) throws(AnnotationFileError) {
        let text = try FileContents(url).withBytes { String(decoding: $0, as: UTF8.self) }
        var records = CSVRecords(text)
        let header = records.next() ?? []
        let names = header.map { $0.trimmingCharacters(in: .whitespaces) }
        guard let id = names.firstIndex(of: "id") else {
            throw .durationsColumnMissing(path: url.path, column: "id")
        }
        guard let length = names.firstIndex(of: "length") else {
            throw .durationsColumnMissing(path: url.path, column: "length")
        }
        seconds = [:]
        while let record = records.next() {
            guard record.count > max(id, length), let value = Double(record[length]), value > 0, value.isFinite
            else { continue }
            seconds[record[id]] = value
        }
    }
}

/// The records of a CSV text (RFC 4180): fields in quotes may hold commas, line ends and doubled quotes.
private struct CSVRecords {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    }

    mutating func next() -> [String]? {
        guard !rest.isEmpty else { return nil }
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && rest.first == byte:
                field.append(byte)
                rest = rest.dropFirst()
            case UInt8(ascii: "\""):
                isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(String(decoding: field, as: UTF8.self))
                field.removeAll(keepingCapacity: true)
            case 0x0A where !isQuoted:
                fields.append(String(decoding: field, as: UTF8.self))
                return fields
            case 0x0D where !isQuoted: break
            default: field.append(byte)
            }
        }
        fields.append(String(decoding: field, as: UTF8.self))
        return fields
    }
}
