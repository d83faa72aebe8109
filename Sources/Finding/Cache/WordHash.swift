/// A fast hash for finding damage and naming files: 128 bits, the same on every run and machine. Not for secrets.
///
/// Two lanes of multiply and rotate over the little-endian 8-byte words.
struct WordHash {
    private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    /// Adds bytes; their count is part of the hash.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count / 8
        for index in 0..<whole {
            add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)))
        }
        var rest: UInt64 = 0
        for index in (8 * whole)..<bytes.count { rest = rest << 8 | UInt64(bytes[index]) }
        add(rest)
        add(UInt64(bytes.count))
    }

    private mutating func add(_ word: UInt64) {
        first = (first ^ word) &* 0x9E37_79B1_85EB_CA87
        first ^= first >> 29
        second = (second &+ word) &* 0xFF51_AFD7_ED55_8CCD
        second = second << 31 | second >> 33
    }

    /// 32 hexadecimal digits.
    var text: String {
        [first, second].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
