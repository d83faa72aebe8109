import Foundation

/// How an event is to be shown.
struct Staging {
    let actor: Int
    let start, end: Double
    var motion = Motion.rest
    /// Where the thing has to be first.
    var begin: Point?
    var partner: Int?
    var partnerMotion = Motion.rest
    /// Where the partner has to be first.
    var partnerBegin: Point?
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
    mutating func stage(_ action: Action, _ anchor: Anchor, _ staging: inout Staging) -> Bool {
        let radius = actors[staging.actor].radius * anchor.scale
        switch action {
        case .enter, .leave: return stageCrossing(action, anchor, radius: radius, &staging)
        case .bounce: stageHops(anchor, radius: radius, &staging)
        case .spin:
            let seconds = random.uniform(1.8, 3)
            let turns = staging.count(every: seconds)
            staging.motion = .spin(turns: random.chance(0.5) ? turns : -turns)
            staging.liveliness = min(1.5 / seconds + 0.2, 1)
        case .grow, .shrink: return stageSwelling(action, anchor, radius: radius, &staging)
        case .blink:
            let seconds = random.uniform(0.8, 1.3)
            staging.motion = .blink(times: staging.count(every: seconds))
            staging.liveliness = min(0.7 / seconds + 0.2, 1)
        case .recolour: return stageRecolouring(anchor, &staging)
        case .circle, .hide, .collide: return stageTogether(action, anchor, radius: radius, &staging)
        }
        return true
    }

    /// Over the picture's edge, again and again: what stood still after its entry would show none.
    private mutating func stageCrossing(
        _ action: Action, _ anchor: Anchor, radius: Double, _ staging: inout Staging
    ) -> Bool {
        guard let home = homes[staging.actor] else { return false }
        // So that there is a way to be seen. Two sides are far enough from any place.
        let far = Side.allCases.filter { $0.distance(to: home) >= 0.7 }
        let clear = far.filter { isClear(from: $0, to: home, for: staging.actor) }
        let side = random.pick(clear.isEmpty ? far : clear)
        let outside = outside(side, of: home, radius: radius)
        let times = staging.count(every: random.uniform(1.9, 2.3))
        staging.side = side
        staging.motion =
            action == .enter ? .enter(from: outside, to: home, times: times) : .leave(to: outside, times: times)
        let speed = (outside - home).length * Double(times) / (staging.end - staging.start)
        staging.liveliness = min(0.7 * speed + 0.2, 1)
        return true
    }

    /// Whether nothing stands between a side and a place.
    private func isClear(from side: Side, to place: Point, for actor: Int) -> Bool {
        actors.indices.allSatisfy { other in
            let last = actors[other].last
            guard other != actor, last.isPresent, side.distance(to: last.place) < side.distance(to: place) else {
                return true
            }
            let offset = last.place - place
            let aside = side == .left || side == .right ? abs(offset.y) : abs(offset.x)
            return aside > 0.85 * (actors[actor].radius + actors[other].radius * last.scale)
        }
    }

    private mutating func stageHops(_ anchor: Anchor, radius: Double, _ staging: inout Staging) {
        let isLow = anchor.place.y > 0
        let room = 1 - radius + abs(anchor.place.y)
        let height = min(random.uniform(0.4, 0.6), room)
        let seconds = random.uniform(0.8, 1.3)
        staging.motion = .bounce(by: isLow ? -height : height, hops: staging.count(every: seconds))
        staging.liveliness = min(height / 0.5 * 0.7 / seconds + 0.3, 1)
    }

    private mutating func stageSwelling(
        _ action: Action, _ anchor: Anchor, radius: Double, _ staging: inout Staging
    ) -> Bool {
        let seconds = random.uniform(1.5, 2.2)
        let large = min(1.4, room(around: staging.actor, at: anchor.place) / radius)
        guard large >= 0.9 else { return false }
        let small = large / random.uniform(2.4, 2.8)
        let (from, to) = action == .grow ? (small, large) : (large, small)
        staging.motion = .swell(from: from, to: to, times: staging.count(every: seconds))
        staging.liveliness = min(1.4 / seconds + 0.2, 1)
        return true
    }

    /// How large a thing can be at a place before it covers another.
    private func room(around actor: Int, at place: Point) -> Double {
        actors.indices.filter { $0 != actor && actors[$0].last.isPresent }.map { other in
            let last = actors[other].last
            return (last.place - place).length - 0.85 * actors[other].radius * last.scale
        }.min() ?? .infinity
    }

    private mutating func stageRecolouring(_ anchor: Anchor, _ staging: inout Staging) -> Bool {
        let choices = Colour.allCases.filter {
            $0.rgb.distance(anchor.colour.rgb) > 0.5 && Cast.isVisible($0, in: surroundings)
        }
        guard !choices.isEmpty else { return false }
        let colour = random.pick(choices)
        staging.colour = colour
        staging.motion = .recolour(to: colour, times: staging.count(every: random.uniform(1.7, 2.3)))
        staging.liveliness = min(colour.rgb.distance(anchor.colour.rgb), 1)
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

extension Side {
    /// How far a place is from this side of the picture's middle square.
    fileprivate func distance(to place: Point) -> Double {
        switch self {
        case .left: 1 + place.x
        case .right: 1 - place.x
        case .top: 1 + place.y
        case .bottom: 1 - place.y
        }
    }
}
