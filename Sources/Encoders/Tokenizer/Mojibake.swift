/// UTF-8 that was read as Windows-1252 or Latin-1: "Ã©" is a broken "é".
enum Mojibake {
    /// The text with every run of such characters put right; a run that is no UTF-8 stays.
    static func mended(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var run: [Unicode.Scalar] = []
        func flush() {
            if run.count > 1, let text = String(validating: run.compactMap(byte), as: UTF8.self) {
                result += Array(text.unicodeScalars)
            } else {
                result += run
            }
            run = []
        }
        for scalar in scalars {
            if !scalar.isASCII, byte(scalar) != nil {
                run.append(scalar)
            } else {
                flush()
                result.append(scalar)
            }
        }
        flush()
        return result
    }

    /// The character of a byte in Windows-1252; the five bytes without one stay control characters.
    static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
        (0x80...0x9F).contains(byte) ? upper[Int(byte) - 0x80] : Unicode.Scalar(byte)
    }

    private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        scalar.value < 256 ? UInt8(scalar.value) : bytes[scalar]
    }

    private static let upper: [Unicode.Scalar] = Array(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".unicodeScalars)

    private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
        uniqueKeysWithValues: upper.enumerated().map { ($1, UInt8($0 + 0x80)) })
}
