import Annotations
import Testing

@testable import SmallWorld

@Suite struct GrammarTests {
    /// Every noun phrase that can be.
    private var nounPhrases: [NounPhrase] {
        let nouns = Shape.allCases.flatMap(\.nouns) + ["thing", "object", "shape"]
        let colours = Colour.allCases.flatMap(\.words) + [""]
        let textures = Texture.allCases.flatMap(\.words) + [""]
        let sizes = Size.allCases.flatMap(\.words) + [""]
        return sizes.flatMap { size in
            textures.flatMap { texture in
                colours.flatMap { colour in
                    nouns.map { noun in
                        NounPhrase([size, texture, colour, noun].filter { !$0.isEmpty }.joined(separator: " "))
                    }
                }
            }
        }
    }

    @Test func anStandsBeforeVowels() {
        #expect(NounPhrase("orange star").indefinite == "an orange star")
        #expect(NounPhrase("arrow").indefinite == "an arrow")
        #expect(NounPhrase("object").indefinite == "an object")
        #expect(NounPhrase("red arrow").indefinite == "a red arrow")
        // No word here begins with a vowel's letter and another sound, as "unicorn" does, or with a silent h.
        let firsts = Set(nounPhrases.compactMap { $0.text.split(separator: " ").first.map(String.init) })
        let vowels = firsts.filter { "aeiou".contains($0.first!) }
        #expect(vowels == ["orange", "arrow", "object"])
        #expect(Set(firsts.filter { $0.hasPrefix("h") }) == Set(["huge", "heart", "hoop"]))
    }

    @Test func verbsAgreeInBothForms() {
        for action in Action.allCases {
            let phrases = VerbPhrase.phrases(for: action)
            #expect(phrases.count >= 4)
            for phrase in phrases {
                let present = phrase.present.split(separator: " ")
                let progressive = phrase.progressive.split(separator: " ")
                #expect(present[0].hasSuffix("s") && progressive[0].hasSuffix("ing"))
                #expect(present.dropFirst() == progressive.dropFirst())
                #expect(phrase.present.contains("{other}") == action.needsPartner)
                // The same verb: it begins alike.
                #expect(present[0].prefix(2) == progressive[0].prefix(2))
            }
        }
    }

    @Test func everyFormIsASentence() {
        for form in SentenceForm.allCases {
            for action in Action.allCases {
                for verb in VerbPhrase.phrases(for: action) {
                    let clause = Clause(subject: "an orange star", noun: "orange star", verb: verb)
                    let other = Clause(
                        subject: "the blue ring", noun: "blue ring", verb: VerbPhrase("spins", "spinning"))
                    let text = form.sentence(clause, while: other)
                    check(text)
                    #expect(text.contains("orange star"))
                    #expect(text.contains(verb.present) || text.contains(verb.progressive))
                    #expect(text.contains("blue ring") == form.isDouble)
                }
            }
        }
    }

    @Test func sentencesOfScenesAreWellFormed() {
        var all: [String] = []
        for scene in SceneTests.train { all += scene.sentences().map(\.text) }
        for text in all {
            check(text)
            #expect(!text.contains("{"))
            let words = text.dropLast().lowercased().split(separator: " ").map { $0.filter { $0 != "," } }
            for (article, word) in zip(words, words.dropFirst()) where article == "a" || article == "an" {
                #expect((article == "an") == "aeiou".contains(word.first!), "\(text)")
            }
        }
        // Varied: hardly any comes twice.
        #expect(Double(Set(all).count) > 0.9 * Double(all.count))
    }

    @Test func tellingsAddOtherSentencesAfterTheFirst() {
        for scene in SceneTests.train.prefix(10) {
            let (once, thrice) = (scene.sentences(), scene.sentences(tellings: 3))
            #expect(Array(thrice.prefix(once.count)) == once)
            #expect(once.isEmpty || thrice.count > once.count)
            #expect(thrice.count <= 3 * Int((scene.duration / 15).rounded(.up)))
            #expect(Set(thrice.map(\.text)).count == thrice.count)
        }
        let world = World(seed: 3)
        let numbers = (0..<20).flatMap { world.annotations(.train, $0, tellings: 3).map(\.annotation.qid) }
        #expect(Set(numbers).count == numbers.count)
    }

    private func check(_ text: String) {
        #expect(text.first?.isUppercase == true)
        #expect(text.hasSuffix(".") && !text.dropLast().contains("."))
        #expect(!text.contains("  ") && !text.contains(" ,") && !text.contains(" ."))
    }
}

@Suite struct MeaningTests {
    @Test func momentsAreWhereTheSceneShowsWhatTheSentenceSays() {
        for scene in SceneTests.train.prefix(20) {
            for sentence in scene.sentences() {
                for frame in stride(from: 0, to: scene.frameCount, by: scene.frameRate / 3) {
                    func shows(_ deed: Deed) -> Set<Int> {
                        Set(
                            scene.events.filter { $0.frames.contains(frame) && deed.matches($0, in: scene) }.map(
                                \.actor))
                    }
                    var isShown = !shows(sentence.question.deed).isEmpty
                    if let companion = sentence.question.companion {
                        let (first, second) = (shows(sentence.question.deed), shows(companion))
                        isShown = first.contains { actor in second.contains { $0 != actor } }
                    }
                    #expect(sentence.moments.contains { $0.contains(frame) } == isShown)
                }
            }
        }
    }

    @Test func aPatternWithoutAColourMeansAnyColour() {
        let scene = SceneTests.train[0]
        let event = scene.events[0]
        let shape = scene.actors[event.actor].thing.shape
        #expect(Deed(subject: ThingPattern(shape: shape), action: event.action).matches(event, in: scene))
        #expect(Deed(subject: ThingPattern(), action: event.action).matches(event, in: scene))
        let others = Shape.allCases.filter { $0 != shape && event.action != .collide }
        for other in others {
            #expect(!Deed(subject: ThingPattern(shape: other), action: event.action).matches(event, in: scene))
        }
    }

    /// What is named does something else elsewhere, others do what is named, and some sentences hold more than once.
    @Test func alignmentIsPartialOnPurpose() {
        var (all, otherDeeds, otherActors, several, together) = (0, 0, 0, 0, 0)
        for scene in SceneTests.train {
            for sentence in scene.sentences() {
                let deed = sentence.question.deed
                let shown = scene.events.filter { deed.matches($0, in: scene) }
                all += 1
                if scene.events.contains(where: { event in
                    shown.contains { $0.actor == event.actor } && event.action != deed.action
                }) {
                    otherDeeds += 1
                }
                if scene.events.contains(where: { $0.action == deed.action && !deed.matches($0, in: scene) }) {
                    otherActors += 1
                }
                if sentence.moments.count > 1 { several += 1 }
                if sentence.question.companion != nil { together += 1 }
            }
        }
        #expect(Double(otherDeeds) > 0.5 * Double(all))
        #expect(Double(otherActors) > 0.25 * Double(all))
        #expect(Double(several) > 0.08 * Double(all))
        #expect(Double(together) > 0.08 * Double(all))
    }
}
