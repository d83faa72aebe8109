import Foundation

/// A zip archive over a memory-mapped file: the directory is parsed at opening, members are windows or inflated.
///
/// Our own parser, because a stored member must come out as a window onto the mapping, within microseconds.
struct ZipArchive: Sendable {
    struct Entry: Sendable {
        let name: String
        let nameBytes: ByteSlice
        let method: UInt16
        let flags: UInt16
        let checksum: UInt32
        let compressedSize: Int
        let size: Int
        let headerOffset: Int
    }

    /// In the order of the directory.
    let entries: [Entry]
    let place: FilePlace
    private let bytes: ByteSlice
    private let indices: [String: Int]
    private let verifyChecksums: Bool

    init(_ bytes: ByteSlice, _ place: FilePlace, verifyChecksums: Bool) throws {
        try FileKind.require(.zip, in: bytes, place)
        let directory = try ZipDirectory(bytes, place)
        var indices: [String: Int] = [:]
        for (index, entry) in directory.entries.enumerated() {
            guard indices.updateValue(index, forKey: entry.name) == nil else {
                throw place.at(entry.name).damaged("two members have this name")
            }
        }
        try ZipArchive.checkOverlaps(directory, place)
        entries = directory.entries
        self.place = place
        self.bytes = bytes
        self.indices = indices
        self.verifyChecksums = verifyChecksums
    }

    var byteCount: Int { bytes.count }

    func entry(named name: String) -> Entry? {
        indices[name].map { entries[$0] }
    }

    /// A member's bytes: a window where it is stored, else inflated. The checksum is compared.
    func contents(of entry: Entry) throws -> ByteSlice {
        let place = place.at(entry.name)
        let packed = try packedBytes(of: entry, place)
        let contents: ByteSlice
        switch entry.method {
        case 0:
            guard entry.compressedSize == entry.size else { throw place.damaged("its two sizes disagree") }
            contents = packed
        case 8: contents = try place.naming { try Deflate.inflate(packed, size: entry.size, place) }
        default:
            throw place.unsupported(
                "compression by \(ZipArchive.methodName(entry.method)). "
                    + "Write the file stored or deflated (np.savez, np.savez_compressed)")
        }
        if verifyChecksums, Deflate.checksum(contents) != entry.checksum { throw place.error(.checksumMismatch) }
        return contents
    }

    /// The local header decides where the data begins: its extra field may be longer than the directory's.
    private func packedBytes(of entry: Entry, _ place: FilePlace) throws -> ByteSlice {
        guard entry.flags & 1 == 0 else { throw place.unsupported("an encrypted member") }
        guard bytes.integer(at: entry.headerOffset, as: UInt32.self) == 0x0403_4b50,
            let nameLength = bytes.integer(at: entry.headerOffset + 26, as: UInt16.self),
            let extraLength = bytes.integer(at: entry.headerOffset + 28, as: UInt16.self),
            let name = bytes.slice(at: entry.headerOffset + 30, count: Int(nameLength))
        else { throw place.damaged("its local header is missing") }
        guard name.hasSameBytes(as: entry.nameBytes) else {
            throw place.damaged("its local header names another member")
        }
        let start = entry.headerOffset + 30 + Int(nameLength) + Int(extraLength)
        guard let packed = bytes.slice(at: start, count: entry.compressedSize) else {
            throw place.damaged("its bytes reach beyond the end of the file")
        }
        return packed
    }

    /// Overlapping members are how a small archive claims to hold more than any disk.
    private static func checkOverlaps(_ directory: ZipDirectory, _ place: FilePlace) throws {
        var end = 0
        for entry in directory.entries.sorted(by: { $0.headerOffset < $1.headerOffset }) {
            guard entry.headerOffset >= end else { throw place.at(entry.name).damaged("it overlaps another member") }
            let (next, overflow) = (entry.headerOffset + 30).addingReportingOverflow(entry.compressedSize)
            guard !overflow, next <= directory.offset else {
                throw place.at(entry.name).damaged("its bytes reach into the archive's directory")
            }
            end = next
        }
    }

    private static func methodName(_ method: UInt16) -> String {
        switch method {
        case 9: "Deflate64"
        case 12: "bzip2"
        case 14: "LZMA"
        case 93: "Zstandard"
        case 95: "XZ"
        default: "method \(method)"
        }
    }
}
