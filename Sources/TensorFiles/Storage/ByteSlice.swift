/// A window onto a storage, with bounds-checked reads: what every parser of this module works on.
struct ByteSlice: Sendable {
    let storage: ByteStorage
    let range: Range<Int>

    init(_ storage: ByteStorage) {
        self.storage = storage
        range = 0..<storage.count
    }

    private init(storage: ByteStorage, range: Range<Int>) {
        self.storage = storage
        self.range = range
    }

    var count: Int { range.count }

    /// The window's own window; nil where it would reach outside.
    func slice(at offset: Int, count: Int) -> ByteSlice? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        let start = range.lowerBound + offset
        return ByteSlice(storage: storage, range: start..<start + count)
    }

    /// The byte at `offset`, which lies inside.
    subscript(offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < count)
        return withBytes { $0[offset] }
    }

    /// The little-endian integer at `offset`; nil where it would reach outside.
    func integer<T: FixedWidthInteger>(at offset: Int, as type: T.Type) -> T? {
        guard offset >= 0, offset <= count - MemoryLayout<T>.size else { return nil }
        return withBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
    }

    /// Whether the window begins with these bytes, or holds them at `offset`.
    func matches(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
        guard let part = slice(at: offset, count: bytes.count) else { return false }
        return part.withBytes { $0.elementsEqual(bytes) }
    }

    func hasSameBytes(as other: ByteSlice) -> Bool {
        withBytes { bytes in other.withBytes { bytes.elementsEqual($0) } }
    }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) {
            try body(UnsafeRawBufferPointer(start: storage.base + range.lowerBound, count: range.count))
        }
    }

    /// The bytes as text; nil where they are not UTF-8.
    var utf8: String? {
        withBytes { bytes in String(validating: bytes, as: UTF8.self) }
    }

    /// The bytes as text, one character a byte.
    var latin1: String {
        withBytes { bytes in String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })) }
    }
}
