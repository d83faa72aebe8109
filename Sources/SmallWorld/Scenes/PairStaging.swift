import Foundation

/// What two things do together.
extension Plot {
    /// How much larger that must be which another hides behind.
    private static let cover = 1.15

    /// Sets what an action with a partner needs; false where there is none for it now.
    mutating func stageTogether(
        _ action: Action, _ anchor: Anchor, radius: Double, _ staging: inout Staging
    ) -> Bool {
        let since = staging.start - Self.walk(before: action)
        let partners = actors.indices.filter {
            $0 != staging.actor && freeFrom[$0] <= since && actors[$0].last.isPresent
                && suits($0, action, radius: radius)
        }
        guard !partners.isEmpty else { return false }
        let partner = random.pick(partners)
        staging.partner = partner
        let other = actors[partner].last
        let pair = Pair(
            place: anchor.place, radius: radius, other: other.place, otherRadius: actors[partner].radius * other.scale)
        return switch action {
        case .circle: stageOrbit(pair, &staging)
        case .hide: stageHiding(pair, &staging)
        default: stageStrikes(pair, &staging)
        }
    }

    /// At which scale an actor can hide behind the largest of the others.
    func hidingScale(of actor: Int, in cast: [Int]) -> Double {
        let covers = cast.filter { $0 != actor && actors[$0].thing.shape.isSolid }.map { actors[$0].radius }
        return min((covers.max() ?? 1) / (Self.cover + 0.05) / actors[actor].radius, 1)
    }

    /// Two things and the way from one to the other.
    private struct Pair {
        let place: Point
        let radius: Double
        let other: Point
        let otherRadius: Double
        var way: Point { other - place }
    }

    /// Whether an action can be done with a partner by a thing of a radius.
    private func suits(_ partner: Int, _ action: Action, radius: Double) -> Bool {
        let other = actors[partner]
        return switch action {
        case .hide: other.thing.shape.isSolid && other.radius * other.last.scale >= Self.cover * radius
        case .collide: split.allows(other.thing.shape, .collide)
        default: true
        }
    }

    private mutating func stageOrbit(_ pair: Pair, _ staging: inout Staging) -> Bool {
        let distance = 0.95 * (pair.radius + pair.otherRadius) + 0.03
        let reach = max(abs(pair.other.x), abs(pair.other.y)) + distance + pair.radius
        guard reach <= 1.25, pair.way.length > 1e-6 else { return false }
        let turns = staging.count(every: random.uniform(1.8, 2.5))
        staging.begin = pair.other - pair.way * (distance / pair.way.length)
        staging.motion = .orbit(around: pair.other, turns: random.chance(0.5) ? turns : -turns)
        staging.liveliness = min(1.8 * Double(turns) / (staging.end - staging.start) + 0.1, 1)
        return true
    }

    private mutating func stageHiding(_ pair: Pair, _ staging: inout Staging) -> Bool {
        // At first it is beside the other.
        guard pair.way.length > 0.85 * (pair.radius + pair.otherRadius) else { return false }
        staging.motion = .hide(at: pair.other, times: staging.count(every: random.uniform(2, 2.8)))
        staging.liveliness = 0.8
        return true
    }

    private mutating func stageStrikes(_ pair: Pair, _ staging: inout Staging) -> Bool {
        guard pair.way.length > 1e-6 else { return false }
        let way = pair.way * (1 / pair.way.length)
        // Near the middle, so that both have room for a run.
        let middle = (pair.place + pair.other) * 0.125
        let near = way * (0.425 * (pair.radius + pair.otherRadius))
        let gap = random.uniform(0.5, 0.7)
        let far = near + way * (gap / 2)
        let times = staging.count(every: random.uniform(1.2, 2))
        (staging.begin, staging.partnerBegin) = (middle - far, middle + far)
        staging.motion = .strike(at: middle - near, times: times)
        staging.partnerMotion = .strike(at: middle + near, times: times)
        staging.liveliness = min(gap + 0.4, 1)
        return true
    }
}
