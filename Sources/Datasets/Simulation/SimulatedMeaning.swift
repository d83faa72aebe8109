import Foundation

/// What words and sentences mean in the simulated world.
///
/// Every word has a latent vector and a kind, entity or action, both from a hash of the word. So the world is the same
/// for every seed; only the weights of words (idf) depend on the annotations.
struct SimulatedMeaning {
    /// H: width of a word's latent vector.
    static let width = 48

    /// The meaning of a sentence: two unit vectors of width H.
    struct Sentence {
        let entities: [Float]
        let actions: [Float]
    }

    /// A word's latent vector, kind and weight.
    struct Word {
        let latent: [Float]
        let isAction: Bool
        let idf: Float
    }

    private let queryCount: Int
    private let queriesWithWord: [String: Int]

    /// Counts words over all sentences.
    init(sentences: [String]) {
        queryCount = sentences.count
        queriesWithWord = sentences.reduce(into: [:]) { counts, sentence in
            for word in Set(Self.words(of: sentence)) { counts[word, default: 0] += 1 }
        }
    }

    /// Lower-case runs of a–z, 0–9 and '.
    static func words(of sentence: String) -> [String] {
        sentence.lowercased().unicodeScalars
            .split { !("a"..."z" ~= $0 || "0"..."9" ~= $0 || $0 == "'") }
            .map { String(String.UnicodeScalarView($0)) }
    }

    /// The word's latent vector (Gaussian, variance 1/H), kind, and ln(queries / (1 + queries with the word)).
    func word(_ text: String) -> Word {
        var random = SimulationRandom(seed: SimulationRandom.hash("word"), text)
        let isAction = random.next() & 1 == 1
        let idf = log(Double(queryCount) / Double(1 + queriesWithWord[text, default: 0]))
        return Word(
            latent: random.gaussians(Self.width, deviation: 1 / Double(Self.width).squareRoot()), isAction: isAction,
            idf: Float(idf))
    }

    /// The idf-weighted sums of the sentence's entity and action words, as unit vectors.
    func sentence(_ text: String) -> Sentence {
        let words = Self.words(of: text).map(word)
        return Sentence(
            entities: direction(of: words.filter { !$0.isAction }, in: text, "entities"),
            actions: direction(of: words.filter(\.isAction), in: text, "actions"))
    }

    /// A sentence without words of a kind gets a direction of its own, so that no meaning is empty.
    private func direction(of words: [Word], in text: String, _ kind: String) -> [Float] {
        let sum = words.reduce(into: [Float](repeating: 0, count: Self.width)) { sum, word in
            for i in sum.indices { sum[i] += word.idf * word.latent[i] }
        }
        if sum.contains(where: { $0 != 0 }) { return unit(sum) }
        var random = SimulationRandom(seed: SimulationRandom.hash(kind), text)
        return unit(random.gaussians(Self.width, deviation: 1))
    }
}

/// The vector divided by its length.
func unit(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
}
