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
        case .enter, .leave:
            guard let home = homes[staging.actor] else { return false }
            let side = random.pick(Side.allCases)
            let outside = outside(side, of: anchor.place, radius: radius)
            staging.side = side
            staging.motion =
                action == .enter
                ? .enter(from: self.outside(side, of: home, radius: radius), to: home)
                : .leave(to: outside)
            staging.liveliness = 1 - (staging.end - staging.start - 7) / 8
        case .bounce:
            let room = anchor.place.y > 0 ? anchor.place.y + 1 - radius : 1 - radius - anchor.place.y
            let height = min(random.uniform(0.3, 0.5), room)
            let seconds = random.uniform(0.9, 1.5)
            staging.motion = .bounce(by: anchor.place.y > 0 ? -height : height, hops: staging.count(every: seconds))
            staging.liveliness = min(height / 0.5 * 0.8 / seconds + 0.3, 1)
        case .spin:
            let seconds = random.uniform(1.2, 3)
            let turns = staging.count(every: seconds)
            staging.motion = .spin(turns: random.chance(0.5) ? turns : -turns)
            staging.liveliness = min(1.5 / seconds + 0.2, 1)
        case .grow, .shrink:
            let factor = random.uniform(2, 2.6)
            let scale = action == .grow ? anchor.scale * factor : anchor.scale / factor
            guard (0.1...0.73).contains(actors[staging.actor].radius * scale) else { return false }
            staging.motion = .resize(to: scale)
            staging.liveliness = min(4 / (staging.end - staging.start) + 0.4, 1)
        case .blink:
            let seconds = random.uniform(0.9, 1.5)
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
            staging.motion = .hide(at: other.place, times: staging.count(every: random.uniform(4, 6)))
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
