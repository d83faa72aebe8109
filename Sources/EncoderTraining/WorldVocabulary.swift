import Encoders
import Foundation
import SmallWorld

/// A byte-pair vocabulary in which every word of the small world is one token, in the published form of merges.
struct WorldVocabulary {
    /// The pairs that are merged, the first ones first.
    let merges: [(String, String)]

    /// Learns the merges: the pair of neighbours that is most frequent in the words becomes a symbol, again and again, until
    /// all words are whole. Of pairs that are as frequent the alphabet's first is taken.
    init(words: [String] = Lexicon.words) {
        var spelled = words.map { word -> [String] in
            let letters = word.map(String.init)
            return letters.dropLast() + [(letters.last ?? "") + "</w>"]
        }
        var merges: [(String, String)] = []
        while true {
            var counts: [Pair: Int] = [:]
            for word in spelled {
                for (first, second) in zip(word, word.dropFirst()) { counts[Pair(first, second), default: 0] += 1 }
            }
            guard let best = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { break }
            merges.append((best.first, best.second))
            spelled = spelled.map { Self.merged($0, best) }
        }
        self.merges = merges
    }

    /// The file's contents, as Hugging Face's `merges.txt` has them.
    var text: String { "#version: 0.2\n" + merges.map { "\($0.0) \($0.1)\n" }.joined() }

    private struct Pair: Hashable, Comparable {
        let first, second: String
        init(_ first: String, _ second: String) { (self.first, self.second) = (first, second) }
        static func < (a: Pair, b: Pair) -> Bool { (a.first, a.second) < (b.first, b.second) }
    }

    private static func merged(_ word: [String], _ pair: Pair) -> [String] {
        var result: [String] = []
        var index = 0
        while index < word.count {
            if index + 1 < word.count, word[index] == pair.first, word[index + 1] == pair.second {
                result.append(pair.first + pair.second)
                index += 2
            } else {
                result.append(word[index])
                index += 1
            }
        }
        return result
    }
}
