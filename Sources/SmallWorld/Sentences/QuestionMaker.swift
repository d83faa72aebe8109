import Foundation

/// A sentence about a scene, and what it means.
public struct Sentence: Codable, Hashable, Sendable {
    /// In English.
    public let text: String
    /// When it is true, in frames: ascending, apart from each other.
    public let moments: [Range<Int>]
    /// Whether it names a thing and an action whose combination training never shows.
    public let isUnseen: Bool
    let question: Question
}

/// Writes sentences about what happens in a scene.
struct QuestionMaker {
    let scene: Scene
    var random: WorldRandom

    init(_ scene: Scene) {
        self.scene = scene
        random = WorldRandom(seed: scene.seed, "sentences \(scene.split.rawValue)")
    }

    /// About one sentence for every fifteen seconds, and no event twice where there are others; all of it as often as it
    /// is to be told, each time of other events or in other words.
    mutating func sentences(tellings: Int) -> [Sentence] {
        var found: [Sentence] = []
        var told: Set<String> = []
        for _ in 0..<tellings { found += telling(&told) }
        return found
    }

    private mutating func telling(_ told: inout Set<String>) -> [Sentence] {
        let wanted = Int((scene.duration / 15).rounded(.up))
        var found: [Sentence] = []
        var said: Set<Question> = []
        func add(_ sentence: Sentence?) {
            guard let sentence, found.count < wanted, said.insert(sentence.question).inserted,
                told.insert(sentence.text).inserted
            else { return }
            found.append(sentence)
        }
        let pairs = random.shuffled(overlapping())
        for pair in pairs.prefix(max(1, wanted / 4)) { add(double(pair.0, pair.1)) }
        for event in random.shuffled(scene.events) { add(single(event)) }
        return found
    }

    /// A sentence about an event; nil where what came out cannot be asked.
    mutating func single(_ event: Scene.Event) -> Sentence? {
        let (deed, clause) = tell(event)
        let form = random.pick(SentenceForm.allCases.filter { !$0.isDouble })
        return sentence(Question(deed: deed), form.sentence(clause), [event])
    }

    private mutating func double(_ first: Scene.Event, _ second: Scene.Event) -> Sentence? {
        let (deed, clause) = tell(first)
        let (companion, told) = tell(second)
        var other = told
        // "A star bounces while a star spins" sounds like one.
        if clause.noun == other.noun { other.subject = "another \(other.noun)" }
        let form = random.pick(SentenceForm.allCases.filter(\.isDouble))
        return sentence(
            Question(deed: deed, companion: companion), form.sentence(clause, while: other), [first, second])
    }

    /// Events of different things that overlap by three seconds or more.
    private func overlapping() -> [(Scene.Event, Scene.Event)] {
        let enough = 3 * scene.frameRate
        return scene.events.flatMap { first in
            scene.events.compactMap { second in
                guard first.cast.isDisjoint(with: second.cast), first.frames.clamped(to: second.frames).count >= enough
                else {
                    return nil
                }
                return (first, second)
            }
        }
    }

    private func sentence(_ question: Question, _ text: String, _ events: [Scene.Event]) -> Sentence? {
        let moments = question.moments(in: scene)
        let frames = moments.reduce(0) { $0 + $1.count }
        // A moment of less than a second is hardly one, and what goes on all the time is none.
        guard moments.allSatisfy({ $0.count >= scene.frameRate }), moments.count <= 6, !moments.isEmpty,
            2 * frames <= scene.frameCount
        else { return nil }
        let isUnseen = events.contains(where: scene.isUnseen)
        return Sentence(text: text, moments: moments, isUnseen: isUnseen, question: question)
    }

    // MARK: words

    private mutating func tell(_ event: Scene.Event) -> (Deed, Clause) {
        let time = scene.span(of: event).start
        let subject = pattern(of: event.actor, at: time)
        var deed = Deed(subject: subject, action: event.action)
        let noun = NounPhrase(subject, &random)
        var phrases = VerbPhrase.phrases(for: event.action)
        // "A circle circles" is right, and ugly.
        if noun.text.hasSuffix("circle") { phrases.removeAll { $0.present.hasPrefix("circles") } }
        let phrase = random.pick(phrases)
        var fillings: [(String, String)] = []
        if phrase.has("{side}"), let side = event.side {
            deed.side = side
            fillings.append(("{side}", side.rawValue))
        }
        if phrase.has("{colour}"), let colour = event.colour {
            deed.colour = colour
            fillings.append(("{colour}", random.pick(colour.words)))
        }
        if phrase.has("{other}"), let partner = event.partner {
            let other = pattern(of: partner, at: time)
            deed.other = other
            let words = NounPhrase(other, &random)
            let isSame = words.text == noun.text
            fillings.append(("{other}", isSame ? "another \(words.text)" : articled(words, other)))
        }
        let filled = { (text: String) in
            fillings.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        }
        let verb = VerbPhrase(filled(phrase.present), filled(phrase.progressive))
        return (deed, Clause(subject: articled(noun, subject), noun: noun.text, verb: verb))
    }

    /// "The" only where there is one such thing in all of the scene.
    private mutating func articled(_ noun: NounPhrase, _ pattern: ThingPattern) -> String {
        let isOnly = scene.actors.count { pattern.matchesEver($0) } == 1
        return isOnly && random.chance(0.7) ? noun.definite : noun.indefinite
    }

    /// What is said of an actor: mostly colour and shape, sometimes more or less.
    private mutating func pattern(of index: Int, at time: Double) -> ThingPattern {
        let actor = scene.actors[index]
        var pattern = ThingPattern(shape: actor.thing.shape, colour: actor.anchor(at: time).colour)
        let draw = random.uniform()
        if draw < 0.12 { pattern.colour = nil } else if draw < 0.2 { pattern.shape = nil }
        if random.chance(0.3), actor.thing.texture != .plain { pattern.texture = actor.thing.texture }
        if random.chance(0.25), actor.thing.size != .medium, !actor.changesSize { pattern.size = actor.thing.size }
        return pattern
    }
}

extension Scene {
    /// Sentences about what happens in it, always the same: about one for every fifteen seconds, times `tellings`.
    public func sentences(tellings: Int = 1) -> [Sentence] {
        var maker = QuestionMaker(self)
        return maker.sentences(tellings: tellings)
    }

    /// Another sentence about one event, as a seed draws it; nil where what came out cannot be asked.
    public func sentence(about event: Event, seed: UInt64) -> Sentence? {
        var maker = QuestionMaker(self)
        maker.random = WorldRandom(seed: seed, "sentence")
        return maker.single(event)
    }
}
