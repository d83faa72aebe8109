/// Cuts a cleaned text into what is encoded on its own: contractions, words, single digits, runs of marks.
enum WordSplitter {
    /// One piece of a text.
    enum Piece: Equatable {
        /// UTF-8 bytes.
        case word([UInt8])
        /// The text says `<|startoftext|>`.
        case start
        /// The text says `<|endoftext|>`.
        case end
    }

    private static let special: [([Unicode.Scalar], Piece)] = [
        (Array("<|startoftext|>".unicodeScalars), .start), (Array("<|endoftext|>".unicodeScalars), .end),
    ]
    /// What English hangs on to words.
    private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map { Array($0.unicodeScalars) }

    static func pieces(of text: String) -> [Piece] {
        let scalars = Array(text.unicodeScalars)
        var pieces: [Piece] = []
        var index = 0
        while index < scalars.count {
            if kind(scalars[index]) == .space {
                index += 1
                continue
            }
            if let (mark, piece) = special.first(where: { begins($0.0, scalars, at: index) }) {
                pieces.append(piece)
                index += mark.count
                continue
            }
            let end = end(of: scalars, from: index)
            var bytes: [UInt8] = []
            for scalar in scalars[index..<end] { bytes += Array(UTF8.encode(scalar)!) }
            pieces.append(.word(bytes))
            index = end
        }
        return pieces
    }

    private static func end(of scalars: [Unicode.Scalar], from start: Int) -> Int {
        if let contraction = contractions.first(where: { begins($0, scalars, at: start) }) {
            return start + contraction.count
        }
        let first = kind(scalars[start])
        var end = start + 1
        if first == .number { return end }
        while end < scalars.count, kind(scalars[end]) == first { end += 1 }
        return end
    }

    private static func begins(_ mark: [Unicode.Scalar], _ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        guard index + mark.count <= scalars.count else { return false }
        // The long s is an s to a comparison without regard to case.
        return zip(mark, scalars[index...]).allSatisfy { $0 == $1 || ($0 == "s" && $1 == "\u{17F}") }
    }

    private enum Kind { case space, letter, number, other }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        if scalar.properties.isWhitespace { return .space }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return .other
        }
    }
}
