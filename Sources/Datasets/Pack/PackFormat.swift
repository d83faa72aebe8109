import Foundation
import TensorFiles

/// The pack: features of a data set in one file, ready for batches.
///
/// All numbers are little-endian. Checksums are those of `PackChecksum`.
///
///     offset
///          0  8 bytes   4d 4f 4d 50 41 43 4b 0a, “MOMPACK” and a newline
///          8  UInt32    version, 1
///         12  UInt32    how numbers are stored: 1 float32, 2 float16
///         16  UInt64    the file's length in bytes
///         24  UInt64    where the index begins
///         32  UInt64    the index's length in bytes; it ends the file
///         40  UInt64    the index's checksum
///         48  UInt64    0
///         56  UInt64    the checksum of the 56 bytes before
///         64  blocks, each at a multiple of 64, zeros between
///
/// A video's block has rows × `videoWidth` numbers: normalised, concatenated, with endpoints. A sentence's has
/// rows × `textWidth`, then `pooledWidth` numbers where sentences have a vector. The index:
///
///     UInt64  length; so many bytes: the recipe (``FeatureRecipe``) as JSON
///     UInt64  count of videos; for each
///         UInt32  length; so many bytes: its name, UTF-8
///         UInt64  where its block begins
///         UInt64  rows
///         UInt64  the block's checksum
///         Float64 seconds a clip
///     UInt64  count of sentences; for each
///         the same, but the name is the qid as it stands in JSON: 17, or "17" with quotes; and seconds are 0
public enum PackFormat {
    static let magic: [UInt8] = Array("MOMPACK\n".utf8)
    static let version: UInt32 = 1
    static let headerSize = 64
    static let alignment = 64

    /// How numbers are stored.
    public enum Storage: UInt32, Sendable, CaseIterable {
        /// As they are: batches are equal to the bit to those from the files.
        case float32 = 1
        /// Half the size; about three digits. The endpoints are computed anew and stay exact.
        case float16 = 2

        var itemSize: Int { self == .float32 ? 4 : 2 }
        var dtype: StoredDType { self == .float32 ? .float32 : .float16 }
    }

    /// Where a block is.
    struct Entry {
        let offset: Int
        let rows: Int
        let checksum: UInt64
        let clipLength: Double
    }
}

/// A checksum against accident: cut copies and flipped bits, not intent.
///
/// Four sums start at 1, 2, 3, 4. The bytes, filled up with zeros to a multiple of 32, are read as words of 64 bits; word
/// i goes into sum i mod 4: s ← rotateLeft((s XOR word) · 9e3779b97f4a7c15, 29). At the end s ← rotateLeft((s XOR sumᵢ) ·
/// 9e3779b97f4a7c15, 29) for the four, beginning with the count of bytes.
enum PackChecksum {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var a: UInt64 = 1
        var b: UInt64 = 2
        var c: UInt64 = 3
        var d: UInt64 = 4
        let whole = bytes.count / 32 * 32
        if let base = bytes.baseAddress {
            var offset = 0
            while offset < whole {
                a = mix(a, word(base, offset))
                b = mix(b, word(base, offset &+ 8))
                c = mix(c, word(base, offset &+ 16))
                d = mix(d, word(base, offset &+ 24))
                offset &+= 32
            }
        }
        if whole < bytes.count {
            var rest = [UInt8](bytes[whole...])
            rest += [UInt8](repeating: 0, count: 32 - rest.count)
            rest.withUnsafeBytes { rest in
                let base = rest.baseAddress!
                a = mix(a, word(base, 0))
                b = mix(b, word(base, 8))
                c = mix(c, word(base, 16))
                d = mix(d, word(base, 24))
            }
        }
        return [a, b, c, d].reduce(UInt64(bytes.count), mix)
    }

    @inline(__always)
    private static func mix(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* 0x9e37_79b9_7f4a_7c15
        return product << 29 | product >> 35
    }

    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

/// Writes little-endian numbers.
struct PackBytes {
    var bytes: [UInt8] = []

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    mutating func append(sized text: some Collection<UInt8>, as length: (some FixedWidthInteger).Type) {
        append(length.init(text.count))
        bytes += text
    }
}

/// Reads little-endian numbers; nil behind the end.
struct PackCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) -> Number? {
        let size = MemoryLayout<Number>.size
        guard bytes.count - offset >= size else { return nil }
        defer { offset += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    mutating func nextCount() -> Int? { next(UInt64.self).flatMap { Int(exactly: $0) } }

    mutating func nextBytes(_ count: Int?) -> UnsafeRawBufferPointer? {
        guard let count, count >= 0, bytes.count - offset >= count else { return nil }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }
}
