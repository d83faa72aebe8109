import Foundation

/// What happens to a sentence before it is cut into tokens: faults of its encoding are mended, HTML's entities resolved, white
/// space is joined, and capitals go.
///
/// CLIP's tokenizer leaves the mending to the Python package ftfy. Here is what of it matters to sentences: text that was
/// encoded twice, curly quotes, ligatures, half- and full-width letters, line breaks, control characters, composed accents.
enum TextCleaning {
    static func cleaned(_ text: String) -> String {
        let unescaped = HTMLEntities.resolved(HTMLEntities.resolved(mended(text)))
        let words = unescaped.unicodeScalars.split { isSpace($0) }
        return lowercased(words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " "))
    }

    /// The text without the traces of wrong encodings and of typesetting.
    static func mended(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        if !text.contains("<") { scalars = Array(HTMLEntities.resolved(text).unicodeScalars) }
        scalars = withoutTerminalCodes(scalars)
        scalars = Mojibake.mended(scalars)
        var result = String.UnicodeScalarView()
        for scalar in scalars { append(scalar, to: &result) }
        return String(result).precomposedStringWithCanonicalMapping
    }

    private static func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        switch scalar.value {
        case 0x80...0x9F: result.append(Mojibake.windows1252(UInt8(scalar.value)))
        case 0x2BC, 0x2018...0x201B: result.append("'")
        case 0x201C...0x201F: result.append("\"")
        case 0x3000: result.append(" ")
        case 0xFF01...0xFFEF:
            result.append(contentsOf: String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars)
        case 0x2028, 0x2029, 0x0D: result.append("\n")
        case 0...8, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: return
        default:
            if let letters = ligatures[scalar] {
                result.append(contentsOf: letters.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
    }

    private static let ligatures: [Unicode.Scalar: String] = [
        "\u{132}": "IJ", "\u{133}": "ij", "\u{149}": "'n", "\u{1F1}": "DZ", "\u{1F2}": "Dz", "\u{1F3}": "dz",
        "\u{1C4}": "DŽ", "\u{1C5}": "Dž", "\u{1C6}": "dž", "\u{1C7}": "LJ", "\u{1C8}": "Lj", "\u{1C9}": "lj",
        "\u{1CA}": "NJ", "\u{1CB}": "Nj", "\u{1CC}": "nj", "\u{FB00}": "ff", "\u{FB01}": "fi", "\u{FB02}": "fl",
        "\u{FB03}": "ffi", "\u{FB04}": "ffl", "\u{FB05}": "\u{17F}t", "\u{FB06}": "st",
    ]

    /// Without the codes that colour a terminal: ESC [ numbers letter.
    private static func withoutTerminalCodes(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard scalars.contains("\u{1B}") else { return scalars }
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < scalars.count {
            if scalars[index] == "\u{1B}", index + 1 < scalars.count, scalars[index + 1] == "[" {
                var end = index + 2
                while end < scalars.count, scalars[end] == ";" || ("0"..."9").contains(scalars[end]) { end += 1 }
                if end < scalars.count, scalars[end].isASCII, scalars[end].properties.isAlphabetic {
                    index = end + 1
                    continue
                }
            }
            result.append(scalars[index])
            index += 1
        }
        return result
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    /// Lower case by Unicode's rules: a sigma that ends a word is ς.
    static func lowercased(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            result += scalar == "Σ" && endsWord(scalars, index) ? "ς" : scalar.properties.lowercaseMapping
        }
        return result
    }

    /// Whether a letter comes before, with nothing between but what case ignores, and none after.
    private static func endsWord(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        func isLetter(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.isCased ?? false }
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return isLetter(before) && !isLetter(after)
    }
}
