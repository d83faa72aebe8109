/// Sentences that say what is to be seen, and not what happens.
extension Scene {
    /// A sentence about some of the things that are seen at a time, as a seed draws it; nil where hardly any is.
    ///
    /// - Parameter isFull: Whether it names every thing that is seen, with its colour.
    public func caption(at time: Double, seed: UInt64, isFull: Bool = false) -> String? {
        var random = WorldRandom(seed: seed, "caption")
        let seen = random.shuffled(actors.indices.filter { visibility(of: $0, at: time) > 0.5 })
        guard !seen.isEmpty else { return nil }
        let count = isFull ? seen.count : random.integer(1...min(3, seen.count))
        let phrases = seen.prefix(count).map { index -> String in
            let actor = actors[index]
            var pattern = ThingPattern(shape: actor.thing.shape, colour: actor.colour(at: time))
            if actor.thing.texture != .plain, random.chance(0.4) { pattern.texture = actor.thing.texture }
            return NounPhrase(pattern, &random).indefinite
        }
        let list =
            phrases.count == 1
            ? phrases[0] : phrases.dropLast().joined(separator: ", ") + " and " + (phrases.last ?? "")
        let text = count == 1 && random.chance(0.5) ? "there is \(list)" : list
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}

/// All words of the small world.
public enum Lexicon {
    /// Every word that can stand in a sentence or a caption, in lower case and in order.
    public static let words: [String] = {
        let things = Shape.allCases.flatMap(\.nouns) + ["thing", "object", "shape"]
        let adjectives =
            Colour.allCases.flatMap(\.words) + Texture.allCases.flatMap(\.words) + Size.allCases.flatMap(\.words)
        let verbs = Action.allCases.flatMap { action in
            VerbPhrase.phrases(for: action).flatMap { [$0.present, $0.progressive] }
        }
        let form = "a an the another and there is that we see can be seen while"
        let phrases = things + adjectives + verbs + Side.allCases.map(\.rawValue) + [form]
        let words = phrases.flatMap { $0.split(separator: " ").map(String.init) }.filter { !$0.hasPrefix("{") }
        return Set(words).sorted()
    }()
}
