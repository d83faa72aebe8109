/// Writes a zip archive member by member, with the 64-bit extension where a size needs it.
///
/// The time of every member is 1980-01-01, so that equal contents give equal bytes.
struct ZipWriter {
    private var directory: [UInt8] = []
    private var count = 0
    private var offset = 0

    /// Appends a member of `header` followed by `data`, whose first byte falls on a multiple of 64 where it is stored.
    mutating func append(
        named name: String, header: [UInt8], data: UnsafeRawBufferPointer, deflated: Bool, to file: borrowing AtomicFile
    ) throws {
        let size = header.count + data.count
        let checksum = Deflate.checksum(data, after: header.withUnsafeBytes { Deflate.checksum($0) })
        let packed: [UInt8]? = deflated ? try ZipWriter.deflate(header, data) : nil
        let packedSize = packed?.count ?? size
        let isWide = size >= 0xffff_ffff || packedSize >= 0xffff_ffff
        let needsWideOffset = offset >= 0xffff_ffff

        var common: [UInt8] = []
        common += little(UInt16(isWide || needsWideOffset ? 45 : 20))
        // Bit 11: the name is UTF-8.
        common += little(UInt16(1 << 11)) + little(UInt16(deflated ? 8 : 0)) + little(UInt16(0)) + little(UInt16(0x21))
        common += little(checksum)
        common += little(isWide ? UInt32.max : UInt32(packedSize)) + little(isWide ? UInt32.max : UInt32(size))
        common += little(UInt16(name.utf8.count))

        var sizes: [UInt8] = []
        if isWide { sizes = little(UInt64(size)) + little(UInt64(packedSize)) }
        var local = sizes.isEmpty ? [] : extraField(1, sizes)
        if !deflated { local += padding(before: header.count, after: offset + 30 + name.utf8.count + local.count) }
        let localHeader =
            little(UInt32(0x0403_4b50)) + common + little(UInt16(local.count)) + Array(name.utf8) + local

        let wideValues = sizes + (needsWideOffset ? little(UInt64(offset)) : [])
        let central = wideValues.isEmpty ? [] : extraField(1, wideValues)
        directory += little(UInt32(0x0201_4b50)) + little(UInt16(3 << 8 | 45)) + common + little(UInt16(central.count))
        // No comment, first disk, a binary file, rw-r--r--.
        directory += little(UInt16(0)) + little(UInt16(0)) + little(UInt16(0)) + little(UInt32(0o100644 << 16))
        directory += little(needsWideOffset ? UInt32.max : UInt32(offset)) + Array(name.utf8) + central
        count += 1

        try file.append(localHeader)
        if let packed {
            try file.append(packed)
        } else {
            try file.append(header)
            try file.append(data)
        }
        offset += localHeader.count + packedSize
    }

    /// Writes the directory.
    func finish(to file: borrowing AtomicFile) throws {
        try file.append(directory)
        let isWide = offset >= 0xffff_ffff || directory.count >= 0xffff_ffff || count >= 0xffff
        if isWide {
            try file.append(
                little(UInt32(0x0606_4b50)) + little(UInt64(44)) + little(UInt16(45)) + little(UInt16(45))
                    + little(UInt32(0)) + little(UInt32(0)) + little(UInt64(count)) + little(UInt64(count))
                    + little(UInt64(directory.count)) + little(UInt64(offset)))
            try file.append(
                little(UInt32(0x0706_4b50)) + little(UInt32(0)) + little(UInt64(offset + directory.count))
                    + little(UInt32(1)))
        }
        let shownCount = UInt16(min(count, 0xffff))
        try file.append(
            little(UInt32(0x0605_4b50)) + little(UInt32(0)) + little(shownCount) + little(shownCount)
                + little(UInt32(min(directory.count, 0xffff_ffff))) + little(UInt32(min(offset, 0xffff_ffff)))
                + little(UInt16(0)))
    }

    private static func deflate(_ header: [UInt8], _ data: UnsafeRawBufferPointer) throws -> [UInt8] {
        var bytes = header
        bytes += data
        return try bytes.withUnsafeBytes { try Deflate.deflate($0) }
    }

    /// An extra field of zeros that moves the data, `headerSize` bytes into the member, to a multiple of 64.
    private func padding(before headerSize: Int, after position: Int) -> [UInt8] {
        let rest = (position + headerSize) % 64
        if rest == 0 { return [] }
        let count = rest <= 60 ? 64 - rest : 128 - rest
        return extraField(0x4650, [UInt8](repeating: 0, count: count - 4))
    }
}

private func extraField(_ identifier: UInt16, _ contents: [UInt8]) -> [UInt8] {
    little(identifier) + little(UInt16(contents.count)) + contents
}

private func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    Swift.withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
