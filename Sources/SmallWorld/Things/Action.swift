/// What a thing can do, and what sentences say of it.
public enum Action: String, CaseIterable, Codable, Hashable, Sendable {
    /// Comes into the picture from a side, several times, and stays.
    case enter
    /// Goes out of the picture to a side, several times, and stays away.
    case leave
    /// Hops on the spot.
    case bounce
    /// Turns on the spot.
    case spin
    /// Becomes larger, each time from small on.
    case grow
    /// Becomes smaller, each time from large on.
    case shrink
    /// Vanishes and comes back, several times.
    case blink
    /// Goes round another thing.
    case circle
    /// Goes behind another thing, stays there a little, and comes out again, more than once.
    case hide
    /// Meets another thing and is thrown back; the other does the same.
    case collide
    /// Takes on another colour, several times, and keeps it.
    case recolour

    /// Whether a second thing takes part.
    public var needsPartner: Bool { [.circle, .hide, .collide].contains(self) }

    /// Seconds that it takes.
    var duration: ClosedRange<Double> {
        switch self {
        case .enter, .leave, .grow, .shrink, .recolour: 7...10
        case .bounce, .spin, .blink, .circle, .hide, .collide: 12...24
        }
    }
}

/// A side of the picture.
public enum Side: String, CaseIterable, Codable, Hashable, Sendable {
    case left, right, top, bottom
}
