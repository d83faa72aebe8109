/// CLIP's tokenizer: sentences to tokens by byte-pair encoding.
///
/// A text is cleaned and put into lower case, cut into words, numbers and marks, and each of these is built up from its UTF-8
/// bytes by merging pairs in the order of the vocabulary. The tokens are the 256 bytes, the same at a word's end, a token a
/// merge, and the two that mark a text's start and end.
public struct BytePairTokenizer: Sendable {
    /// Tokens that there are.
    public let count: Int
    /// What merged pairs become; a merge of rank r makes the token 512 + r.
    private let ranks: [UInt64: Int32]

    /// The token that begins a text.
    public var start: Int { count - 2 }
    /// The token that ends a text.
    public var end: Int { count - 1 }

    /// Makes a tokenizer of merges, the first ones first, each two symbols as vocabulary files write them: bytes as printable
    /// characters, `</w>` at a word's end.
    ///
    /// - Throws: ``VocabularyError`` where a merge joins what earlier merges have not made.
    public init(merges: [(String, String)]) throws {
        var tokens: [String: Int32] = [:]
        for (index, byte) in Self.byteOrder.enumerated() {
            let symbol = String(Self.symbols[Int(byte)])
            tokens[symbol] = Int32(index)
            tokens[symbol + Self.wordEnd] = Int32(index + 256)
        }
        var ranks: [UInt64: Int32] = [:]
        for (rank, merge) in merges.enumerated() {
            guard let a = tokens[merge.0], let b = tokens[merge.1] else {
                throw VocabularyError.unknownSymbols(merge: rank + 1, first: merge.0, second: merge.1)
            }
            let token = Int32(512 + rank)
            if ranks[Self.pair(a, b)] == nil { ranks[Self.pair(a, b)] = token }
            if tokens[merge.0 + merge.1] == nil { tokens[merge.0 + merge.1] = token }
        }
        self.ranks = ranks
        count = 512 + merges.count + 2
    }

    /// The tokens of a text, without its start and end.
    public func encode(_ text: String) -> [Int] {
        var found: [Int] = []
        for piece in WordSplitter.pieces(of: TextCleaning.cleaned(text)) {
            switch piece {
            case .start: found.append(start)
            case .end: found.append(end)
            case .word(let word): append(word, to: &found)
            }
        }
        return found
    }

    /// The tokens of a text from its start to its end, at most `limit`: of a longer one the beginning.
    public func tokens(_ text: String, limit: Int) -> [Int] {
        [start] + encode(text).prefix(max(limit - 2, 0)) + [end]
    }

    /// Merges a word's bytes, always the pair that comes first in the vocabulary, wherever it stands.
    private func append(_ word: some Sequence<UInt8>, to tokens: inout [Int]) {
        var symbols = word.map { Int32(Self.positions[Int($0)]) }
        guard !symbols.isEmpty else { return }
        symbols[symbols.count - 1] += 256
        while symbols.count > 1 {
            var best = Int32.max
            for index in 1..<symbols.count {
                if let token = ranks[Self.pair(symbols[index - 1], symbols[index])] { best = min(best, token) }
            }
            if best == .max { break }
            var merged: [Int32] = []
            var index = 0
            while index < symbols.count {
                if index + 1 < symbols.count, ranks[Self.pair(symbols[index], symbols[index + 1])] == best {
                    merged.append(best)
                    index += 2
                } else {
                    merged.append(symbols[index])
                    index += 1
                }
            }
            symbols = merged
        }
        tokens += symbols.map(Int.init)
    }

    private static func pair(_ a: Int32, _ b: Int32) -> UInt64 { UInt64(UInt32(a)) << 32 | UInt64(UInt32(b)) }

    static let wordEnd = "</w>"

    /// The bytes in the order of their tokens: first those that are printable characters of Latin-1.
    private static let byteOrder: [UInt8] = {
        let printable = Array(UInt8(ascii: "!")...UInt8(ascii: "~")) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
        return printable + (0...255).filter { !printable.contains($0) }
    }()

    /// The token of each byte.
    private static let positions: [Int] = {
        var positions = Array(repeating: 0, count: 256)
        for (index, byte) in byteOrder.enumerated() { positions[Int(byte)] = index }
        return positions
    }()

    /// How a vocabulary file writes a byte inside a word.
    static func symbol(_ byte: UInt8) -> String { String(symbols[Int(byte)]) }

    /// The character that stands for each byte in a vocabulary file: itself, or the next from U+0100.
    private static let symbols: [Unicode.Scalar] = {
        var symbols = (0...255).map { Unicode.Scalar(UInt8($0)) }
        for (index, byte) in byteOrder.dropFirst(188).enumerated() {
            symbols[Int(byte)] = Unicode.Scalar(UInt32(256 + index))!
        }
        return symbols
    }()
}
