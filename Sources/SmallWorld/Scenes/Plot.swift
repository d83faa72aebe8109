import Foundation

/// Lets the things of a scene act, one event after the other, on two tracks that may overlap.
struct Plot {
    let split: WorldSplit
    var actors: [Actor]
    let extent: Point
    let frameRate: Int
    let frameCount: Int
    let surroundings: Surroundings
    var random: WorldRandom
    private(set) var events: [Scene.Event] = []
    /// When each actor is free again, in seconds.
    private var freeFrom: [Double]
    private let homes: [Point]

    init(
        split: WorldSplit, actors: [Actor], extent: Point, frameRate: Int, frameCount: Int, surroundings: Surroundings,
        random: WorldRandom
    ) {
        self.split = split
        self.actors = actors
        self.extent = extent
        self.frameRate = frameRate
        self.frameCount = frameCount
        self.surroundings = surroundings
        self.random = random
        freeFrom = actors.map { _ in 0 }
        homes = actors.map(\.first.place)
    }

    private var duration: Double { Double(frameCount) / Double(frameRate) }

    /// Seconds that a thing takes to come to its place beside another, and back.
    private static let walk = 1.0

    /// Fills the scene's time.
    mutating func play() {
        var cursors = [random.uniform(0.5, 5), random.uniform(6, 24)]
        while let start = cursors.min(), start < duration - 4 {
            let track = cursors[0] <= cursors[1] ? 0 : 1
            let end = act(from: start) ?? start
            cursors[track] = end + (track == 0 ? random.uniform(1, 6) : random.uniform(6, 24))
        }
    }

    /// One event by a thing that is free. Returns its end; nil where nothing could happen.
    private mutating func act(from start: Double) -> Double? {
        var choices: [(actor: Int, action: Action)] = []
        for actor in actors.indices where freeFrom[actor] <= start {
            for action in Action.allCases where split.allows(actors[actor].thing.shape, action) {
                choices.append((actor, action))
            }
        }
        guard !choices.isEmpty else { return nil }
        for _ in 0..<24 {
            let (actor, action) = choose(choices)
            if let end = perform(action, by: actor, from: start) { return end }
        }
        return nil
    }

    /// Mostly any; often what the split alone shows, or what happened before.
    private mutating func choose(_ choices: [(actor: Int, action: Action)]) -> (actor: Int, action: Action) {
        let unseen = choices.filter { WorldSplit.heldOut(actors[$0.actor].thing.shape, $0.action) != nil }
        if !unseen.isEmpty, random.chance(0.35) { return random.pick(unseen) }
        let again = choices.filter { choice in
            events.contains { $0.actor == choice.actor && $0.action == choice.action }
        }
        if !again.isEmpty, random.chance(0.2) { return random.pick(again) }
        let alike = choices.filter { choice in events.contains { $0.action == choice.action } }
        if !alike.isEmpty, random.chance(0.15) { return random.pick(alike) }
        // Actions are drawn before actors, so that the frequent ones are not those that many can do.
        let actions = Action.allCases.filter { action in choices.contains { $0.action == action } }
        let action = random.pick(actions)
        return random.pick(choices.filter { $0.action == action })
    }

    private func snapped(_ time: Double) -> Int { Int((time * Double(frameRate)).rounded()) }

    private mutating func perform(_ action: Action, by actor: Int, from earliest: Double) -> Double? {
        let anchor = actors[actor].last
        guard anchor.isPresent != (action == .enter) else { return nil }
        let walks = action == .circle ? Self.walk : 0
        let first = snapped(earliest + walks)
        let length = random.uniform(action.duration.lowerBound, action.duration.upperBound)
        let last = snapped(Double(first) / Double(frameRate) + length)
        guard Double(last) / Double(frameRate) + walks <= duration else { return nil }
        let frames = first..<last
        let (start, end) = (Double(first) / Double(frameRate), Double(last) / Double(frameRate))
        var staging = Staging(actor: actor, start: start, end: end)
        guard stage(action, anchor, &staging) else { return nil }
        if let place = staging.begin { actors[actor].append(.move(to: place), from: start - walks, to: start) }
        actors[actor].append(staging.motion, from: start, to: end)
        if staging.begin != nil { actors[actor].append(.move(to: homes[actor]), from: end, to: end + walks) }
        freeFrom[actor] = end + walks + 0.2
        if let partner = staging.partner {
            actors[partner].append(staging.partnerMotion, from: start - walks, to: end)
            freeFrom[partner] = end + 0.2
        }
        events.append(
            Scene.Event(
                actor: actor, action: action, partner: staging.partner, side: staging.side, colour: staging.colour,
                frames: frames, liveliness: staging.liveliness))
        return end + walks
    }
}

/// How an event is to be shown.
private struct Staging {
    let actor: Int
    let start, end: Double
    var motion = Motion.rest
    /// Where the thing has to be first.
    var begin: Point?
    var partner: Int?
    var partnerMotion = Motion.rest
    var side: Side?
    var colour: Colour?
    var liveliness = 0.7

    init(actor: Int, start: Double, end: Double) {
        (self.actor, self.start, self.end) = (actor, start, end)
    }

    /// So many repetitions that each takes about so many seconds; at least one.
    func count(every seconds: Double) -> Int { max(1, Int(((end - start) / seconds).rounded())) }
}

extension Plot {
    /// Sets what an action needs; false where it cannot be now.
    private mutating func stage(_ action: Action, _ anchor: Anchor, _ staging: inout Staging) -> Bool {
        let radius = actors[staging.actor].radius * anchor.scale
        switch action {
        case .enter, .leave:
            let present = actors.count { $0.last.isPresent }
            guard action == .enter || present > 2 else { return false }
            let side = random.pick(Side.allCases)
            let outside = outside(side, of: anchor.place, radius: radius)
            staging.side = side
            staging.motion =
                action == .enter
                ? .enter(from: self.outside(side, of: homes[staging.actor], radius: radius), to: homes[staging.actor])
                : .leave(to: outside)
            staging.liveliness = 1 - (staging.end - staging.start - 5) / 8
        case .bounce:
            let room = anchor.place.y > 0 ? anchor.place.y + 1 - radius : 1 - radius - anchor.place.y
            let height = min(random.uniform(0.3, 0.5), room)
            let seconds = random.uniform(0.6, 1.3)
            staging.motion = .bounce(by: anchor.place.y > 0 ? -height : height, hops: staging.count(every: seconds))
            staging.liveliness = min(height / 0.5 * 0.8 / seconds + 0.3, 1)
        case .spin:
            let seconds = random.uniform(1.2, 3)
            let turns = staging.count(every: seconds)
            staging.motion = .spin(turns: random.chance(0.5) ? turns : -turns)
            staging.liveliness = min(1.5 / seconds + 0.2, 1)
        case .grow, .shrink:
            let factor = random.uniform(1.7, 2.1)
            let scale = action == .grow ? anchor.scale * factor : anchor.scale / factor
            guard (0.11...0.58).contains(actors[staging.actor].radius * scale) else { return false }
            staging.motion = .resize(to: scale)
            staging.liveliness = min(4 / (staging.end - staging.start) + 0.4, 1)
        case .blink:
            let seconds = random.uniform(0.6, 1.4)
            staging.motion = .blink(times: staging.count(every: seconds))
            staging.liveliness = min(0.8 / seconds + 0.2, 1)
        case .recolour:
            let choices = Colour.allCases.filter {
                $0.rgb.distance(anchor.colour.rgb) > 0.5 && Cast.isVisible($0, in: surroundings)
            }
            guard !choices.isEmpty else { return false }
            let colour = random.pick(choices)
            staging.colour = colour
            staging.motion = .recolour(to: colour)
            staging.liveliness = min(colour.rgb.distance(anchor.colour.rgb), 1)
        case .circle, .hide, .collide: return stageTogether(action, anchor, radius: radius, &staging)
        }
        return true
    }

    private mutating func stageTogether(
        _ action: Action, _ anchor: Anchor, radius: Double, _ staging: inout Staging
    ) -> Bool {
        let since = staging.start - (action == .circle ? Self.walk : 0)
        let partners = actors.indices.filter {
            $0 != staging.actor && freeFrom[$0] <= since && actors[$0].last.isPresent
        }
        guard !partners.isEmpty else { return false }
        let partner = random.pick(partners)
        let other = actors[partner].last
        let otherRadius = actors[partner].radius * other.scale
        let way = other.place - anchor.place
        staging.partner = partner
        switch action {
        case .circle:
            let distance = 1.1 * (radius + otherRadius) + 0.04
            let reach = max(abs(other.place.x), abs(other.place.y)) + distance + radius
            guard reach <= 1.25, way.length > 1e-6 else { return false }
            let turns = staging.count(every: random.uniform(2.5, 5))
            staging.begin = other.place - way * (distance / way.length)
            staging.motion = .orbit(around: other.place, turns: random.chance(0.5) ? turns : -turns)
            staging.liveliness = min(3 * Double(turns) / (staging.end - staging.start) + 0.3, 1)
        case .hide:
            guard actors[partner].thing.shape.isSolid, otherRadius >= 1.15 * radius, way.length > 1.1 * otherRadius
            else { return false }
            staging.motion = .hide(at: other.place)
            staging.liveliness = 0.8
        default:
            guard split.allows(actors[partner].thing.shape, .collide) else { return false }
            let gap = way.length - 0.85 * (radius + otherRadius)
            guard gap > 0.2 else { return false }
            let step = way * (gap / way.length / 2)
            let times = staging.count(every: random.uniform(1.8, 3.5))
            staging.motion = .strike(at: anchor.place + step, times: times)
            staging.partnerMotion = .strike(at: other.place - step, times: times)
            staging.liveliness = min(gap + 0.4, 1)
        }
        return true
    }

    /// Beyond a side of the picture, straight from a place.
    private func outside(_ side: Side, of place: Point, radius: Double) -> Point {
        // As far as the camera's shaking never shows it.
        let margin = radius + 0.06
        return switch side {
        case .left: Point(x: -extent.x - margin, y: place.y)
        case .right: Point(x: extent.x + margin, y: place.y)
        case .top: Point(x: place.x, y: -extent.y - margin)
        case .bottom: Point(x: place.x, y: extent.y + margin)
        }
    }
}
