/// The central directory at the end of a zip archive, with the 64-bit extension.
struct ZipDirectory {
    let entries: [ZipArchive.Entry]
    /// Where the directory begins.
    let offset: Int

    init(_ bytes: ByteSlice, _ place: FilePlace) throws {
        guard let end = ZipDirectory.endRecord(bytes) else {
            throw place.damaged("the zip archive's directory, which lies at the end, is missing: the file was cut")
        }
        let extent = try ZipDirectory.extent(bytes, endRecord: end, place)
        guard let directory = bytes.slice(at: extent.offset, count: extent.size), extent.offset + extent.size <= end
        else { throw place.damaged("the zip archive's directory lies outside of the file") }
        // 46 bytes are the least that an entry takes: a wrong count must not reserve memory.
        guard extent.count <= directory.count / 46 else {
            throw place.damaged("the zip archive's directory is shorter than its \(extent.count) entries")
        }
        var entries: [ZipArchive.Entry] = []
        entries.reserveCapacity(extent.count)
        var position = 0
        for number in 0..<extent.count {
            entries.append(try ZipDirectory.entry(directory, at: &position, number, place))
        }
        self.entries = entries
        offset = extent.offset
    }

    /// The place of the end record: the last one whose comment ends where the file ends.
    private static func endRecord(_ bytes: ByteSlice) -> Int? {
        let last = bytes.count - 22
        guard last >= 0 else { return nil }
        for position in stride(from: last, through: max(0, last - 0xffff), by: -1)
        where bytes[position] == 0x50 && bytes.integer(at: position, as: UInt32.self) == 0x0605_4b50 {
            if let comment = bytes.integer(at: position + 20, as: UInt16.self),
                position + 22 + Int(comment) == bytes.count
            {
                return position
            }
        }
        return nil
    }

    private static func extent(_ bytes: ByteSlice, endRecord end: Int, _ place: FilePlace) throws
        -> (offset: Int, size: Int, count: Int)
    {
        guard let disk = bytes.integer(at: end + 4, as: UInt16.self),
            let count = bytes.integer(at: end + 10, as: UInt16.self),
            let size = bytes.integer(at: end + 12, as: UInt32.self),
            let offset = bytes.integer(at: end + 16, as: UInt32.self)
        else { throw place.damaged("the zip archive's end record is cut") }
        let needsWide = count == .max || size == .max || offset == .max || disk == .max
        guard needsWide, bytes.integer(at: end - 20, as: UInt32.self) == 0x0706_4b50 else {
            guard disk == 0 else { throw place.unsupported("a zip archive in several parts") }
            return (Int(offset), Int(size), Int(count))
        }
        guard let record = bytes.integer(at: end - 12, as: UInt64.self).flatMap({ Int(exactly: $0) }),
            bytes.integer(at: record, as: UInt32.self) == 0x0606_4b50,
            let wideCount = bytes.integer(at: record + 32, as: UInt64.self).flatMap({ Int(exactly: $0) }),
            let wideSize = bytes.integer(at: record + 40, as: UInt64.self).flatMap({ Int(exactly: $0) }),
            let wideOffset = bytes.integer(at: record + 48, as: UInt64.self).flatMap({ Int(exactly: $0) })
        else { throw place.damaged("the zip archive's 64-bit end record is missing or wrong") }
        return (wideOffset, wideSize, wideCount)
    }

    private static func entry(
        _ directory: ByteSlice, at position: inout Int, _ number: Int, _ place: FilePlace
    ) throws -> ZipArchive.Entry {
        guard directory.integer(at: position, as: UInt32.self) == 0x0201_4b50,
            let fixed = directory.slice(at: position, count: 46),
            let flags = fixed.integer(at: 8, as: UInt16.self), let method = fixed.integer(at: 10, as: UInt16.self),
            let checksum = fixed.integer(at: 16, as: UInt32.self),
            let nameLength = fixed.integer(at: 28, as: UInt16.self),
            let extraLength = fixed.integer(at: 30, as: UInt16.self),
            let commentLength = fixed.integer(at: 32, as: UInt16.self),
            let name = directory.slice(at: position + 46, count: Int(nameLength)),
            let extra = directory.slice(at: position + 46 + Int(nameLength), count: Int(extraLength))
        else { throw place.damaged("entry \(number + 1) of the zip archive's directory is cut or overwritten") }
        position += 46 + Int(nameLength) + Int(extraLength) + Int(commentLength)

        var wide = WideFields(extra)
        guard let size = wide.value(narrow: fixed.integer(at: 24, as: UInt32.self)),
            let compressedSize = wide.value(narrow: fixed.integer(at: 20, as: UInt32.self)),
            let headerOffset = wide.value(narrow: fixed.integer(at: 42, as: UInt32.self)),
            headerOffset <= Int.max - 0x2_0000
        else { throw place.damaged("the sizes in entry \(number + 1) of the zip archive's directory are wrong") }
        return ZipArchive.Entry(
            name: name.utf8 ?? name.latin1, nameBytes: name, method: method, flags: flags, checksum: checksum,
            compressedSize: compressedSize, size: size, headerOffset: headerOffset)
    }
}

/// The 64-bit extra field: it holds, in order, those values that are all ones in the fixed part.
private struct WideFields {
    private var field: ByteSlice?
    private var position = 0

    init(_ extra: ByteSlice) {
        var offset = 0
        while let identifier = extra.integer(at: offset, as: UInt16.self),
            let size = extra.integer(at: offset + 2, as: UInt16.self)
        {
            if identifier == 1 {
                field = extra.slice(at: offset + 4, count: Int(size))
                return
            }
            offset += 4 + Int(size)
        }
    }

    mutating func value(narrow: UInt32?) -> Int? {
        guard let narrow else { return nil }
        guard narrow == .max else { return Int(narrow) }
        guard let field else { return Int(narrow) }
        defer { position += 8 }
        return field.integer(at: position, as: UInt64.self).flatMap { Int(exactly: $0) }
    }
}
