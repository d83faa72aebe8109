extension Shape {
    /// Nouns for it.
    var nouns: [String] {
        switch self {
        case .circle: ["circle", "disc", "ball"]
        case .square: ["square", "box", "block"]
        case .triangle: ["triangle", "pyramid"]
        case .star: ["star"]
        case .heart: ["heart"]
        case .cross: ["cross", "plus sign"]
        case .ring: ["ring", "hoop"]
        case .moon: ["moon", "crescent"]
        case .arrow: ["arrow", "pointer"]
        case .flower: ["flower", "blossom"]
        }
    }
}

extension Colour {
    /// Adjectives for it.
    var words: [String] {
        switch self {
        case .purple: ["purple", "violet"]
        case .red: ["red", "red", "crimson"]
        default: [rawValue]
        }
    }
}

extension Texture {
    /// Adjectives for it; none for what nobody mentions.
    var words: [String] {
        switch self {
        case .plain: []
        case .striped: ["striped"]
        case .dotted: ["dotted", "spotted"]
        case .checked: ["checked", "chequered"]
        }
    }
}

extension Size {
    /// Adjectives for it; none for what nobody mentions.
    var words: [String] {
        switch self {
        case .small: ["small", "little", "tiny"]
        case .medium: []
        case .large: ["large", "big", "huge"]
        }
    }
}

/// A way of saying an action. `{other}`, `{side}` and `{colour}` stand for what is filled in.
struct VerbPhrase: Hashable, Sendable {
    /// As in "it bounces".
    let present: String
    /// As in "it is bouncing".
    let progressive: String

    init(_ present: String, _ progressive: String) { (self.present, self.progressive) = (present, progressive) }

    /// A verb that both begin with, and what follows it in both.
    private init(_ verb: (String, String), _ rest: String) { self.init(verb.0 + rest, verb.1 + rest) }

    /// Whether it has a place for something.
    func has(_ place: String) -> Bool { present.contains(place) }

    /// All ways of saying an action.
    static func phrases(for action: Action) -> [VerbPhrase] {
        switch action {
        case .enter:
            [
                .init(("enters", "entering"), " the picture"), .init(("comes", "coming"), " into view"),
                .init(("moves", "moving"), " into the frame"), .init(("comes", "coming"), " in from the {side}"),
                .init(("slides", "sliding"), " in from the {side}"), .init(("arrives", "arriving"), " from the {side}"),
                .init(("enters", "entering"), " from the {side}"),
            ]
        case .leave:
            [
                .init(("leaves", "leaving"), " the picture"), .init(("moves", "moving"), " out of view"),
                .init(("goes", "going"), " away"), .init(("exits", "exiting"), " the frame"),
                .init(("leaves", "leaving"), " at the {side}"), .init(("slides", "sliding"), " out at the {side}"),
                .init(("moves", "moving"), " out of the picture at the {side}"),
            ]
        case .bounce:
            [
                .init("bounces", "bouncing"), .init(("bounces", "bouncing"), " up and down"),
                .init(("hops", "hopping"), " up and down"), .init(("jumps", "jumping"), " up and down"),
                .init(("leaps", "leaping"), " up and down"), .init(("hops", "hopping"), " on the spot"),
            ]
        case .spin:
            [
                .init("spins", "spinning"), .init("rotates", "rotating"), .init(("spins", "spinning"), " around"),
                .init(("turns", "turning"), " on the spot"), .init("twirls", "twirling"),
                .init(("turns", "turning"), " round and round"),
            ]
        case .grow:
            [
                .init("grows", "growing"), .init(("gets", "getting"), " bigger"),
                .init(("becomes", "becoming"), " larger"), .init("expands", "expanding"),
                .init(("grows", "growing"), " in size"), .init("swells", "swelling"),
            ]
        case .shrink:
            [
                .init("shrinks", "shrinking"), .init(("gets", "getting"), " smaller"),
                .init(("becomes", "becoming"), " smaller"), .init("contracts", "contracting"),
                .init(("shrinks", "shrinking"), " in size"),
            ]
        case .blink:
            [
                .init("blinks", "blinking"), .init("flashes", "flashing"), .init("flickers", "flickering"),
                .init(("blinks", "blinking"), " on and off"),
                .init(("goes", "going"), " on and off"),
            ]
        case .circle:
            [
                .init(("circles", "circling"), " {other}"), .init(("orbits", "orbiting"), " {other}"),
                .init(("moves", "moving"), " around {other}"), .init(("goes", "going"), " round {other}"),
                .init(("travels", "travelling"), " in circles around {other}"),
            ]
        case .hide:
            [
                .init(("hides", "hiding"), " behind {other}"), .init(("slips", "slipping"), " behind {other}"),
                .init(("disappears", "disappearing"), " behind {other}"),
                .init(("goes", "going"), " behind {other}"), .init(("takes", "taking"), " cover behind {other}"),
            ]
        case .collide:
            [
                .init(("collides", "colliding"), " with {other}"), .init(("bumps", "bumping"), " into {other}"),
                .init(("crashes", "crashing"), " into {other}"), .init(("hits", "hitting"), " {other}"),
                .init(("runs", "running"), " into {other}"), .init(("knocks", "knocking"), " against {other}"),
            ]
        case .recolour:
            [
                .init(("changes", "changing"), " colour"), .init(("turns", "turning"), " {colour}"),
                .init(("becomes", "becoming"), " {colour}"), .init(("changes", "changing"), " to {colour}"),
                .init(("changes", "changing"), " its colour to {colour}"),
                .init(("takes", "taking"), " on another colour"),
            ]
        }
    }
}
