import Foundation

/// The entries of a tar stream, one after the other: the POSIX formats (ustar, pax) and GNU's long names.
final class TarReader {
    /// What an entry is.
    enum Kind: Equatable {
        case file, folder
        /// Symbolic, with its target.
        case link(String)
        /// Anything that an archive of data has no need of.
        case other(String)
    }

    struct Entry {
        var path: String
        var kind: Kind
        var byteCount: Int
    }

    private let source: GzipReader
    /// Bytes of the entry at hand that nobody has read.
    private var remaining = 0
    private var padding = 0

    init(_ source: GzipReader) { self.source = source }

    /// The next entry; nil at the end. What was not read of the last one is skipped.
    ///
    /// - Throws: ``ArchiveFailure``.
    func next() throws -> Entry? {
        var (longPath, longTarget, pax): (String?, String?, [String: String]) = (nil, nil, [:])
        while true {
            try skip()
            guard let header = try block() else { return nil }
            if header.allSatisfy({ $0 == 0 }) { return nil }
            try requireChecksum(header)
            let size = try pax["size"].map(Self.decimal) ?? Self.number(header[124..<136])
            remaining = size
            padding = (512 - size % 512) % 512
            switch header[156] {
            case UInt8(ascii: "L"): longPath = try text(size)
            case UInt8(ascii: "K"): longTarget = try text(size)
            case UInt8(ascii: "x"): pax = try Self.pax(content(size))
            case UInt8(ascii: "g"): break
            case let type:
                let path = pax["path"] ?? longPath ?? Self.path(header)
                let target = pax["linkpath"] ?? longTarget ?? Self.string(header[157..<257])
                let kind = Self.kind(type, path, target)
                // A folder's size is a hint, and nothing follows it.
                if kind == .folder { (remaining, padding) = (0, 0) }
                return Entry(path: path, kind: kind, byteCount: kind == .file ? size : 0)
            }
        }
    }

    /// The next bytes of the entry at hand; empty when all are read.
    func read(upTo count: Int) throws -> [UInt8] {
        let wanted = min(count, remaining)
        guard wanted > 0 else { return [] }
        let bytes = try source.read(upTo: wanted)
        guard bytes.count == wanted else { throw ArchiveFailure(.truncated) }
        remaining -= wanted
        return bytes
    }

    /// Reads what follows the last entry, so that the checksum of the compressed bytes is compared.
    func finish() throws {
        for _ in 0..<64 where try source.read(upTo: 1 << 18).isEmpty { return }
        throw ArchiveFailure(.damaged("much follows its end"))
    }

    private func skip() throws {
        while remaining > 0 { _ = try read(upTo: 1 << 20) }
        guard padding > 0 else { return }
        guard try source.read(upTo: padding).count == padding else { throw ArchiveFailure(.truncated) }
        padding = 0
    }

    /// A header; nil at the end of the stream, where some writers leave out the two empty ones.
    private func block() throws -> [UInt8]? {
        let bytes = try source.read(upTo: 512)
        if bytes.isEmpty { return nil }
        guard bytes.count == 512 else { throw ArchiveFailure(.truncated) }
        return bytes
    }

    /// The content of a header that describes the next one; such headers are short.
    private func content(_ size: Int) throws -> [UInt8] {
        guard size <= 1 << 20 else { throw ArchiveFailure(.damaged("a name of \(size) bytes")) }
        return try read(upTo: size)
    }

    private func text(_ size: Int) throws -> String { Self.string(try content(size)[...]) }

    private func requireChecksum(_ header: [UInt8]) throws {
        let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        guard try Self.number(header[148..<156]) == sum else {
            throw ArchiveFailure(.damaged("a header's checksum is wrong"))
        }
    }

    private static func kind(_ type: UInt8, _ path: String, _ target: String) -> Kind {
        switch type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): path.hasSuffix("/") ? .folder : .file
        case UInt8(ascii: "5"): .folder
        case UInt8(ascii: "2"): .link(target)
        case UInt8(ascii: "1"): .other("a hard link")
        case UInt8(ascii: "3"), UInt8(ascii: "4"): .other("a device")
        case UInt8(ascii: "6"): .other("a pipe")
        default: .other("of an unknown kind")
        }
    }

    private static func path(_ header: [UInt8]) -> String {
        let name = string(header[0..<100])
        guard string(header[257..<262]) == "ustar", header[262] == 0 else { return name }
        let prefix = string(header[345..<500])
        return prefix.isEmpty ? name : prefix + "/" + name
    }

    /// Up to the first zero.
    private static func string(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// An octal number, or a binary one where the first bit is set.
    private static func number(_ field: ArraySlice<UInt8>) throws -> Int {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else {
                throw ArchiveFailure(.damaged("a size that is none"))
            }
            let value = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard value <= UInt64(Int.max / 2) else { throw ArchiveFailure(.damaged("a size that is none")) }
            return Int(value)
        }
        let digits = string(field).trimmingCharacters(in: .whitespaces)
        guard !digits.isEmpty else { return 0 }
        guard let value = Int(digits, radix: 8), value >= 0 else {
            throw ArchiveFailure(.damaged("a number that is none"))
        }
        return value
    }

    private static func decimal(_ text: String) throws -> Int {
        guard let value = Int(text), value >= 0, value <= Int.max / 2 else {
            throw ArchiveFailure(.damaged("a size that is none"))
        }
        return value
    }

    /// Records `LENGTH KEY=VALUE\n`, where the length counts the whole record.
    private static func pax(_ bytes: [UInt8]) throws -> [String: String] {
        var (records, rest): ([String: String], ArraySlice<UInt8>) = ([:], bytes[...])
        while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
            guard let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            else { throw ArchiveFailure(.damaged("an extended header")) }
            let record = rest[(space + 1)..<(rest.startIndex + length)]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw ArchiveFailure(.damaged("an extended header"))
            }
            let value = record[(equals + 1)...].dropLast()
            records[String(decoding: record[record.startIndex..<equals], as: UTF8.self)] = String(
                decoding: value, as: UTF8.self)
            rest = rest[(rest.startIndex + length)...]
        }
        return records
    }
}
