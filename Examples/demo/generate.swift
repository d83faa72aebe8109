// Writes train.jsonl and val.jsonl beside this file: invented sentences about invented videos, in the form of
// QVHighlights' annotations. The same files come out every time.
//
//     swift Examples/demo/generate.swift            write the files
//     swift Examples/demo/generate.swift --check    say whether the files are as they would be written
import Foundation

// MARK: Words

/// Who does something: the words and whether the verb stands in the plural.
struct Subject {
    let words: String
    let isPlural: Bool
}

/// What is done, to what. Only two forms of the verb, so that the same words come again and again.
struct Action {
    let third, ing, object: String

    /// Three fields: the verb's third person, its -ing form, and the object.
    init(_ line: String) {
        let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        precondition(fields.count == 3, "three fields: \(line)")
        (third, ing, object) = (fields[0], fields[1], fields[2])
    }
}

/// Where it happens and what is done there.
struct Scene {
    let name: String
    let places: [String]
    let actions: [Action]

    init(_ name: String, places: [String], _ actions: String) {
        self.name = name
        self.places = places
        self.actions = actions.split(separator: "\n").map { Action(String($0)) }
    }
}

let persons = [
    "a woman in a red jacket", "a man with a grey beard", "a girl in a yellow dress", "a boy with a blue cap",
    "an old man", "a young woman with curly hair", "a man in a striped shirt", "a woman wearing glasses",
    "a tall man in black", "a lady with a green scarf",
]
let groups = ["two friends", "a couple of children", "three students", "two men in hats"]
let subjects =
    persons.map { Subject(words: $0, isPlural: false) } + groups.map { Subject(words: $0, isPlural: true) }

let scenes = [
    Scene(
        "kitchen", places: ["in a bright kitchen", "at a wooden counter", "beside a hot stove"],
        """
        chops, chopping, fresh onions
        kneads, kneading, bread dough
        stirs, stirring, a pot of soup
        fries, frying, eggs in a pan
        peels, peeling, a bowl of potatoes
        """),
    Scene(
        "garden", places: ["in a small garden", "under an apple tree", "next to a wooden fence"],
        """
        waters, watering, tomato plants
        digs, digging, a deep hole
        picks, picking, ripe apples
        mows, mowing, the tall grass
        plants, planting, yellow flowers
        """),
    Scene(
        "beach", places: ["on a sandy beach", "near the rocks", "at the edge of the sea"],
        """
        builds, building, a sand castle
        flies, flying, a red kite
        throws, throwing, a ball to a dog
        carries, carrying, a surf board
        opens, opening, a striped umbrella
        """),
    Scene(
        "workshop", places: ["in a dusty workshop", "at a steel bench", "in front of a wall of tools"],
        """
        saws, sawing, a wooden board
        paints, painting, an old chair
        repairs, repairing, a bicycle wheel
        welds, welding, two steel pipes
        polishes, polishing, a guitar
        """),
    Scene(
        "gym", places: ["in a large gym", "in front of a mirror", "on a blue mat"],
        """
        lifts, lifting, heavy weights
        hits, hitting, a boxing bag
        kicks, kicking, a leather ball
        swings, swinging, a tennis racket
        stretches, stretching, a rubber band
        """),
    Scene(
        "studio", places: ["in a music studio", "on a small stage", "under warm lights"],
        """
        plays, playing, an acoustic guitar
        tunes, tuning, a violin
        beats, beating, a set of drums
        sings, singing, a slow song
        holds, holding, a microphone
        """),
    Scene(
        "market", places: ["at a farmers' market", "between crowded stalls", "beside a fruit stand"],
        """
        tastes, tasting, a piece of cheese
        weighs, weighing, a bag of oranges
        sells, selling, fresh bread
        unloads, unloading, boxes from a truck
        grills, grilling, fish over coals
        """),
    Scene(
        "lake", places: ["by a quiet lake", "on a wooden pier", "in a small boat"],
        """
        rows, rowing, a green boat
        catches, catching, a silver fish
        feeds, feeding, ducks with bread
        lights, lighting, a camp fire
        ties, tying, a rope to a post
        """),
]

// MARK: Chance

/// SplitMix64: small, and the same everywhere.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    // The standard library's own choices may change with its version; these may not.
    mutating func below(_ count: Int) -> Int { Int(next() >> 11) % count }
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
    mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }
    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}

// MARK: Sentences

func sentence(_ subject: Subject, _ action: Action, _ place: String, template: Int) -> String {
    let (who, what) = (subject.words, action.object)
    let does = subject.isPlural ? "are \(action.ing)" : action.third
    let text =
        switch template {
        case 0: "\(who) \(does) \(what) \(place)."
        case 1: "\(who) \(subject.isPlural ? "are" : "is") \(action.ing) \(what)."
        case 2: "\(place), \(who) \(does) \(what)."
        case 3: "close view of \(who) \(action.ing) \(what)"
        case 4: "\(who) can be seen \(action.ing) \(what) \(place)."
        default: "\(who) \(does) \(what) while somebody watches."
        }
    return text.prefix(1).uppercased() + text.dropFirst()
}

// MARK: Moments

/// One to three windows, in clips of two seconds: sorted, disjoint, with a clip or more between them.
func windows(clips: Int, _ dice: inout Dice) -> [Range<Int>] {
    let count = [1, 1, 1, 1, 1, 1, 1, 2, 2, 3][dice.below(10)]
    // Short windows are more frequent than long ones, as in real annotations.
    let lengths = (0..<count).map { _ in Int(exp(dice.between(log(3), log(count == 1 ? 36 : 14)))) }
    var free = clips - lengths.reduce(0, +) - (count - 1)
    var start = 0
    return lengths.map { length in
        let gap = dice.below(free + 1)
        free -= gap
        defer { start += gap + length + 1 }
        return start + gap..<start + gap + length
    }
}

/// Three annotators' scores, 0 to 4, for the clips of one window: highest around a peak, with tastes of their own.
func saliency(of window: Range<Int>, tastes: [Double], _ dice: inout Dice) -> [[Int]] {
    let height = dice.between(2.6, 4.2)
    let peak = dice.between(Double(window.lowerBound), Double(window.upperBound - 1))
    let width = Double(window.count) + 1
    return window.map { clip in
        let distance = (Double(clip) - peak) / width
        let worth = height - 1.6 * distance * distance
        return tastes.map { taste in min(4, max(0, Int((worth + taste + dice.between(-0.6, 0.6)).rounded()))) }
    }
}

// MARK: Files

struct Generator {
    var dice: Dice
    var nextVideo = 1
    var nextQuery = 1
    var sentences: Set<String> = []
    var words: Set<String> = []

    /// One line of the file, with the keys in QVHighlights' order.
    private mutating func line(video: String, clips: Int, query: String) -> String {
        let moments = windows(clips: clips, &dice)
        let tastes = (0..<3).map { _ in dice.between(-0.7, 0.5) }
        let scores = moments.flatMap { saliency(of: $0, tastes: tastes, &dice) }
        defer { nextQuery += 1 }
        return """
            {"qid": \(nextQuery), "query": "\(query)", "duration": \(clips * 2), "vid": "\(video)", \
            "relevant_clip_ids": \(moments.flatMap(Array.init)), "saliency_scores": \(scores), \
            "relevant_windows": \(moments.map { [$0.lowerBound * 2, $0.upperBound * 2] })}
            """
    }

    /// `count` lines. Every tenth video carries two sentences; no sentence comes twice.
    ///
    /// Held-out sentences are new, but every word of theirs has been seen in the others.
    mutating func lines(count: Int, heldOut: Bool) -> [String] {
        var lines: [String] = []
        while lines.count < count {
            let number = nextVideo
            nextVideo += 1
            let scene = scenes[number % scenes.count]
            let clips = dice.below(4) == 0 ? 60 + dice.below(16) : 75
            for _ in 0..<(number % 10 == 3 && lines.count + 1 < count ? 2 : 1) {
                var query: String
                repeat {
                    query = sentence(
                        dice.pick(subjects), dice.pick(scene.actions), dice.pick(scene.places), template: dice.below(6))
                } while sentences.contains(query)
                    || (heldOut && !words.isSuperset(of: query.split(separator: " ").map(String.init)))
                sentences.insert(query)
                words.formUnion(query.split(separator: " ").map(String.init))
                let video = "demo-\(scene.name)-" + String(repeating: "0", count: 4 - "\(number)".count) + "\(number)"
                lines.append(line(video: video, clips: clips, query: query))
            }
        }
        return lines
    }
}

var generator = Generator(dice: Dice(state: 2026))
let files = [
    ("train.jsonl", generator.lines(count: 300, heldOut: false)),
    ("val.jsonl", generator.lines(count: 60, heldOut: true)),
]
let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
for (name, lines) in files {
    let file = folder.appendingPathComponent(name)
    let text = lines.joined(separator: "\n") + "\n"
    if CommandLine.arguments.contains("--check") {
        guard let written = try? String(contentsOf: file, encoding: .utf8), written == text else {
            print("\(name) is not what the generator writes; run `swift Examples/demo/generate.swift`")
            exit(1)
        }
    } else {
        try text.write(to: file, atomically: true, encoding: .utf8)
        print("\(name): \(lines.count) sentences")
    }
}
