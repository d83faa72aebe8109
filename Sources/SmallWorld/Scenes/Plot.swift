import Foundation

/// Lets the things of a scene act, shot after shot.
///
/// Each shot has a cast of its own. In it one event follows the other, and now and then a second one goes on beside it.
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
    private(set) var freeFrom: [Double]
    /// Where the actors of this shot belong.
    private(set) var homes: [Int: Point] = [:]
    /// When this shot ends, in seconds.
    private var shotEnd = 0.0

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
    }

    private var duration: Double { Double(frameCount) / Double(frameRate) }

    /// Seconds that a thing takes to come to where an action begins, and back.
    static func walk(before action: Action) -> Double { action == .circle || action == .collide ? 1 : 0 }
    /// Seconds that a shot takes.
    private static let shotLength = 16.0...40.0

    /// Fills the scene's time.
    mutating func play() {
        var start = 0.0
        while start < duration {
            let end = onFrame(start + random.uniform(Self.shotLength.lowerBound, Self.shotLength.upperBound))
            // What would be too short for a shot belongs to the one before.
            shotEnd = duration - end < Self.shotLength.lowerBound ? duration : end
            playShot(from: start)
            start = shotEnd
        }
    }

    private mutating func playShot(from start: Double) {
        let cast = Array(random.shuffled(Array(actors.indices)).prefix(random.pick([1, 1, 1, 2, 2, 2, 3])))
        let possible = choices(of: cast)
        // Those that need a partner cannot be everywhere.
        let together = possible.filter(\.action.needsPartner)
        let opening = choose(!together.isEmpty && random.chance(0.6) ? together : possible)
        begin(at: start, cast, opening)
        let first = start + random.uniform(0.5, 3)
        let end = perform(opening.action, by: opening.actor, from: first)
        var cursors = [pause(end ?? first - 1)]
        if cast.count > 1, random.chance(0.35) { cursors.append(start + random.uniform(2, 8)) }
        while let now = cursors.min(), now < shotEnd - 6.5, let track = cursors.firstIndex(of: now) {
            cursors[track] = pause(act(from: now) ?? now)
        }
    }

    private mutating func pause(_ time: Double) -> Double { time + random.uniform(1, 4) }

    /// Cuts to who is in this shot.
    private mutating func begin(at start: Double, _ cast: [Int], _ opening: Doing) {
        let places = places(cast.count, around: opening.action == .circle && cast.count > 1)
        // Who goes round another does so round the one in the middle, which is the last.
        let order = cast.filter { $0 == opening.actor } + cast.filter { $0 != opening.actor }
        homes = Dictionary(uniqueKeysWithValues: zip(order, places))
        let frame = 1 / Double(frameRate)
        for actor in actors.indices {
            var anchor = actors[actor].last
            anchor.isPresent = homes[actor] != nil
            anchor.place = homes[actor] ?? anchor.place
            anchor.scale = 1
            if actor == opening.actor {
                if opening.action == .enter { anchor.isPresent = false }
                if opening.action == .hide { anchor.scale = hidingScale(of: actor, in: cast) }
            }
            if anchor != actors[actor].last { actors[actor].append(.cut(to: anchor), from: start, to: start + frame) }
            freeFrom[actor] = start + frame
        }
    }

    /// Places as far apart as there is room; the last one in the middle where others go round it.
    private mutating func places(_ count: Int, around: Bool) -> [Point] {
        var places: [Point] = around ? [Point(x: random.uniform(-0.12, 0.12), y: random.uniform(-0.12, 0.12))] : []
        var distance = 1.2
        while places.count < count {
            let place = Point(x: random.uniform(-0.6, 0.6), y: random.uniform(-0.6, 0.6))
            if places.allSatisfy({ ($0 - place).length >= distance }) { places.append(place) } else { distance *= 0.99 }
        }
        return places.reversed()
    }

    /// An actor's action.
    typealias Doing = (actor: Int, action: Action)

    /// What some actors may do here.
    private func choices(of cast: [Int]) -> [Doing] {
        cast.flatMap { actor in
            Action.allCases.filter {
                split.allows(actors[actor].thing.shape, $0) && (cast.count > 1 || !$0.needsPartner)
                    && ($0 != .spin || actors[actor].thing.showsTurning)
            }.map { (actor, $0) }
        }
    }

    /// One event by a thing that is free. Returns its end; nil where nothing could happen.
    private mutating func act(from start: Double) -> Double? {
        let free = homes.keys.sorted().filter { freeFrom[$0] <= start }
        guard !free.isEmpty else { return nil }
        let choices = choices(of: free)
        for _ in 0..<24 {
            let (actor, action) = choose(choices)
            if let end = perform(action, by: actor, from: start) { return end }
        }
        return nil
    }

    /// Mostly any; often what the split alone shows, or what happened before.
    private mutating func choose(_ choices: [Doing]) -> Doing {
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

    private func onFrame(_ time: Double) -> Double { Double(snapped(time)) / Double(frameRate) }

    private mutating func perform(_ action: Action, by actor: Int, from earliest: Double) -> Double? {
        let anchor = actors[actor].last
        guard anchor.isPresent != (action == .enter) else { return nil }
        let walk = Self.walk(before: action)
        let first = snapped(earliest + walk)
        let start = Double(first) / Double(frameRate)
        let (least, most) = (action.duration.lowerBound, min(action.duration.upperBound, shotEnd - walk - 0.3 - start))
        guard most >= least else { return nil }
        let end = onFrame(start + random.uniform(least, most))
        let frames = first..<snapped(end)
        var staging = Staging(actor: actor, start: start, end: end)
        guard stage(action, anchor, &staging) else { return nil }
        enact(staging.motion, by: actor, at: staging.begin, from: start, to: end, walk: walk)
        if let partner = staging.partner {
            enact(staging.partnerMotion, by: partner, at: staging.partnerBegin, from: start, to: end, walk: walk)
        }
        events.append(
            Scene.Event(
                actor: actor, action: action, partner: staging.partner, side: staging.side, colour: staging.colour,
                frames: frames, liveliness: staging.liveliness))
        return end + walk
    }

    /// Lets an actor do its part; where that begins elsewhere, it walks there before and back after it.
    private mutating func enact(
        _ motion: Motion, by actor: Int, at begin: Point?, from start: Double, to end: Double, walk: Double
    ) {
        let home = actors[actor].last.place
        if let begin { actors[actor].append(.move(to: begin), from: start - walk, to: start) }
        actors[actor].append(motion, from: start, to: end)
        if begin != nil { actors[actor].append(.move(to: home), from: end, to: end + walk) }
        freeFrom[actor] = end + (begin == nil ? 0 : walk) + 0.2
    }
}
