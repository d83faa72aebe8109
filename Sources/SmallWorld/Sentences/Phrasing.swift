/// Ways of putting a sentence together of who does what.
enum SentenceForm: CaseIterable, Hashable, Sendable {
    case present, progressive, weSee, thereIs, canBeSeen, isSeen
    case presentWhile, whilePresent, progressiveWhile

    /// Whether it tells of two things that happen together.
    var isDouble: Bool { [.presentWhile, .whilePresent, .progressiveWhile].contains(self) }
}

/// Who does what, in words: a noun phrase and a verb phrase whose places are filled in.
struct Clause: Hashable, Sendable {
    /// As in "the red star".
    var subject: String
    /// As in "red star".
    var noun: String
    var verb: VerbPhrase

    var present: String { "\(subject) \(verb.present)" }
    var progressive: String { "\(subject) is \(verb.progressive)" }
}

extension SentenceForm {
    /// The sentence. A double one needs a companion.
    func sentence(_ clause: Clause, while companion: Clause? = nil) -> String {
        let other = companion ?? clause
        let text =
            switch self {
            case .present: clause.present
            case .progressive: clause.progressive
            case .weSee: "we see \(clause.subject) \(clause.verb.progressive)"
            case .thereIs: "there is \(NounPhrase(clause.noun).indefinite) that \(clause.verb.present)"
            case .canBeSeen: "\(clause.subject) can be seen \(clause.verb.progressive)"
            case .isSeen: "\(clause.subject) is seen \(clause.verb.progressive)"
            case .presentWhile: "\(clause.present) while \(other.present)"
            case .whilePresent: "while \(other.progressive), \(clause.present)"
            case .progressiveWhile: "\(clause.progressive) while \(other.progressive)"
            }
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}

/// A thing in words, without an article.
struct NounPhrase: Hashable, Sendable {
    let text: String

    /// Draws the words of what a pattern says.
    init(_ pattern: ThingPattern, _ random: inout WorldRandom) {
        // In the order in which English has them: size, pattern, colour.
        let adjectives = [pattern.size?.words, pattern.texture?.words, pattern.colour?.words].compactMap { words in
            words.flatMap { $0.isEmpty ? nil : random.pick($0) }
        }
        let noun = pattern.shape.map { random.pick($0.nouns) } ?? random.pick(["thing", "object", "shape"])
        text = (adjectives + [noun]).joined(separator: " ")
    }

    init(_ text: String) { self.text = text }

    var definite: String { "the \(text)" }

    var indefinite: String { "\(Self.takesAn(text) ? "an" : "a") \(text)" }

    /// Of all words here, those with a vowel's letter at the start are spoken with one.
    static func takesAn(_ text: String) -> Bool { text.first.map { "aeiou".contains($0) } ?? false }
}
