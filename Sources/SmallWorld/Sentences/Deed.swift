/// What is said of a thing: as much as tells it apart, or less.
struct ThingPattern: Codable, Hashable, Sendable {
    /// Nil for "a red thing".
    var shape: Shape?
    var colour: Colour?
    var texture: Texture?
    var size: Size?

    /// Whether an actor is such a thing at a time.
    func matches(_ actor: Actor, at time: Double) -> Bool {
        matchesLastingly(actor) && (colour == nil || colour == actor.anchor(at: time).colour)
    }

    /// Whether an actor is such a thing at any time.
    func matchesEver(_ actor: Actor) -> Bool {
        matchesLastingly(actor) && (colour.map { actor.colours.contains($0) } ?? true)
    }

    private func matchesLastingly(_ actor: Actor) -> Bool {
        (shape == nil || shape == actor.thing.shape) && (texture == nil || texture == actor.thing.texture)
            && (size == nil || size == actor.thing.size && !actor.changesSize)
    }
}

/// What is said to happen: somebody does something.
struct Deed: Codable, Hashable, Sendable {
    var subject: ThingPattern
    var action: Action
    var other: ThingPattern?
    var side: Side?
    /// The new colour.
    var colour: Colour?

    /// Whether an event of a scene is one of these.
    func matches(_ event: Scene.Event, in scene: Scene) -> Bool {
        guard event.action == action, side == nil || side == event.side, colour == nil || colour == event.colour else {
            return false
        }
        let time = scene.span(of: event).start
        func are(_ actor: Int, _ partner: Int?) -> Bool {
            guard subject.matches(scene.actors[actor], at: time) else { return false }
            guard let other else { return true }
            return partner.map { other.matches(scene.actors[$0], at: time) } ?? false
        }
        if are(event.actor, event.partner) { return true }
        // Who is hit hits.
        guard action == .collide, let partner = event.partner else { return false }
        return are(partner, event.actor)
    }
}

/// What a sentence means.
struct Question: Codable, Hashable, Sendable {
    var deed: Deed
    /// What happens at the same time.
    var companion: Deed?

    /// When it happens, in frames: ascending, apart from each other. With a companion, while both happen.
    func moments(in scene: Scene) -> [Range<Int>] {
        let first = scene.events.filter { deed.matches($0, in: scene) }
        guard let companion else { return Self.joined(first.map(\.frames)) }
        let second = scene.events.filter { companion.matches($0, in: scene) }
        return Self.joined(
            first.flatMap { a in
                // One thing that does two things at once is not what "while" says.
                second.filter { $0.actor != a.actor }.map { a.frames.clamped(to: $0.frames) }.filter { !$0.isEmpty }
            })
    }

    /// Those that overlap or touch become one.
    static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { result, range in
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
    }
}
