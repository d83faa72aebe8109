import Foundation

/// A thing in a scene, with all that it does there.
public struct Actor: Codable, Hashable, Sendable {
    /// A motion from one time to another (seconds).
    struct Piece: Codable, Hashable, Sendable {
        var start, end: Double
        var motion: Motion
        /// What the thing was before.
        var from: Anchor

        /// How far it is at a time: 0 at its start, 1 at its end.
        func share(at time: Double) -> Double { (time - start) / (end - start) }

        /// Whether another shot begins with it.
        var isCut: Bool { if case .cut = motion { true } else { false } }

        /// Whether its end holds at a time after its start. A cut's holds at once.
        func isOver(at time: Double) -> Bool { isCut || time >= end }
    }

    /// What it is.
    public let thing: Thing
    /// What it is before its first motion.
    var first: Anchor
    /// Its motions in order; they do not overlap.
    private(set) var pieces: [Piece] = []
    /// Where in its slight sway it begins, in radians.
    let sway: Double

    init(_ thing: Thing, first: Anchor, sway: Double) {
        self.thing = thing
        self.first = first
        self.sway = sway
    }

    /// Half of its extent at scale 1.
    var radius: Double { thing.size.radius }

    /// What lasts after its last motion.
    var last: Anchor { pieces.last.map { $0.motion.end(from: $0.from) } ?? first }

    /// Whether it ever grows or shrinks, so that words for its size would be wrong at some time.
    var changesSize: Bool {
        pieces.contains { piece in
            if case .swell = piece.motion { return true }
            return piece.motion.end(from: piece.from).scale != 1
        }
    }

    /// All colours that it has at some time.
    var colours: Set<Colour> { Set([first.colour] + pieces.map { $0.motion.end(from: $0.from).colour }) }

    /// Adds a motion after all others.
    mutating func append(_ motion: Motion, from start: Double, to end: Double) {
        precondition(end > start && start >= (pieces.last?.end ?? 0) - 1e-9, "motions must follow each other")
        pieces.append(Piece(start: start, end: end, motion: motion, from: last))
    }

    /// What it is at a time, motions that are under way not counted.
    func anchor(at time: Double) -> Anchor {
        guard let piece = pieces.last(where: { $0.start <= time }) else { return first }
        return piece.isOver(at: time) ? piece.motion.end(from: piece.from) : piece.from
    }

    /// The colour that it looks to have at a time; while it changes, the nearer one.
    func colour(at time: Double) -> Colour {
        guard let piece = pieces.last(where: { $0.start <= time }), !piece.isOver(at: time) else {
            return anchor(at: time).colour
        }
        return piece.motion.colour(piece.share(at: time), from: piece.from)
    }

    /// How it looks at a time; nil where it is not in the picture's world.
    public func pose(at time: Double) -> Pose? {
        guard let piece = pieces.last(where: { $0.start <= time }) else { return resting(first, time) }
        guard !piece.isOver(at: time) else { return resting(piece.motion.end(from: piece.from), time) }
        if case .enter = piece.motion {} else if !piece.from.isPresent { return nil }
        return swaying(piece.motion.pose(piece.share(at: time), from: piece.from), time)
    }

    private func resting(_ anchor: Anchor, _ time: Double) -> Pose? {
        guard anchor.isPresent else { return nil }
        return swaying(Pose(place: anchor.place, scale: anchor.scale, colour: anchor.colour.rgb), time)
    }

    /// Nothing is ever quite still.
    private func swaying(_ pose: Pose, _ time: Double) -> Pose {
        var pose = pose
        pose.place.x += 0.012 * sin(0.9 * time + sway)
        pose.place.y += 0.012 * sin(0.7 * time + 2 * sway)
        return pose
    }
}
