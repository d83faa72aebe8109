import Foundation

/// A place in the picture: its middle is 0, and half of its shorter side is 1. `x` grows to the right, `y` downwards.
struct Point: Codable, Hashable, Sendable {
    var x, y: Double

    static func + (a: Point, b: Point) -> Point { Point(x: a.x + b.x, y: a.y + b.y) }
    static func - (a: Point, b: Point) -> Point { Point(x: a.x - b.x, y: a.y - b.y) }
    static func * (a: Point, factor: Double) -> Point { Point(x: a.x * factor, y: a.y * factor) }

    var length: Double { (x * x + y * y).squareRoot() }

    /// On the way to another point: 0 for this one, 1 for the other.
    func towards(_ other: Point, _ share: Double) -> Point { self + (other - self) * share }
}

/// What lasts of a thing between its motions.
struct Anchor: Codable, Hashable, Sendable {
    var place: Point
    var scale = 1.0
    var colour: Colour
    /// Whether it is in the picture at all.
    var isPresent = true
}

/// How a thing looks at one moment.
public struct Pose: Hashable, Sendable {
    var place: Point
    var scale: Double
    /// Radians, clockwise.
    var angle = 0.0
    var opacity = 1.0
    var colour: RGB
}

/// A way of moving, over a share of time from 0 to 1, after which `end(from:)` lasts.
///
/// What repeats has a cycle of two or three seconds at most, so that a clip of two seconds shows what it is.
enum Motion: Codable, Hashable, Sendable {
    /// To another place, slow at both ends.
    case move(to: Point)
    /// Into the picture, so many times, each time from outside.
    case enter(from: Point, to: Point, times: Int)
    /// Out of the picture, so many times, each time from where it was.
    case leave(to: Point, times: Int)
    /// Hops on a floor. Where `by` is negative it stands there at first, and a hop is so high; else it falls so far first.
    case bounce(by: Double, hops: Int)
    /// Turns, clockwise where positive.
    case spin(turns: Int)
    /// Between two factors of its scale, so many times, always the same way; then it is as it was.
    case swell(from: Double, to: Double, times: Int)
    /// Vanishes and comes back so many times.
    case blink(times: Int)
    /// Round a point, from where it is.
    case orbit(around: Point, turns: Int)
    /// To a point, some rest there, and back, so many times.
    case hide(at: Point, times: Int)
    /// Towards a point and back, so many times, sharply.
    case strike(at: Point, times: Int)
    /// To another colour, so many times, each time from the one that it had.
    case recolour(to: Colour, times: Int)
    /// Stays: another thing needs it where it is.
    case rest
    /// Is something else at once: another shot begins.
    case cut(to: Anchor)

    /// What lasts after it.
    func end(from start: Anchor) -> Anchor {
        var end = start
        switch self {
        case .move(let place): end.place = place
        case .enter(_, let place, _): (end.place, end.isPresent) = (place, true)
        case .leave(let place, _): (end.place, end.isPresent) = (place, false)
        case .recolour(let colour, _): end.colour = colour
        case .cut(let anchor): end = anchor
        default: break
        }
        return end
    }

    /// How the thing looks after a share of the motion.
    func pose(_ share: Double, from start: Anchor) -> Pose {
        var pose = Pose(place: start.place, scale: start.scale, colour: start.colour.rgb)
        switch self {
        case .move(let place): pose.place = start.place.towards(place, Self.eased(share))
        case .enter(let from, let place, let times): pose.place = from.towards(place, Self.cycle(share, times))
        case .leave(let place, let times): pose.place = start.place.towards(place, Self.cycle(share, times))
        case .bounce(let height, let hops):
            let phase = .pi * Double(hops) * share
            pose.place.y += height * (height < 0 ? abs(sin(phase)) : 1 - abs(cos(phase)))
        case .spin(let turns): pose.angle = 2 * .pi * Double(turns) * share
        case .swell(let from, let to, let times): pose.scale *= from + (to - from) * Self.cycle(share, times)
        case .blink(let times): pose.opacity = Self.blinking(share * Double(times))
        case .orbit(let centre, let turns):
            let (spoke, angle) = (start.place - centre, 2 * .pi * Double(turns) * share)
            pose.place =
                centre
                + Point(
                    x: spoke.x * cos(angle) - spoke.y * sin(angle), y: spoke.x * sin(angle) + spoke.y * cos(angle))
        case .hide(let place, let times):
            let cycle = Self.cycle(share, times)
            pose.place = start.place.towards(place, Self.eased(min(min(cycle, 1 - cycle) / 0.4, 1)))
        case .strike(let place, let times):
            pose.place = start.place.towards(place, 1 - abs(cos(.pi * Double(times) * share)))
        case .recolour(let colour, let times):
            pose.colour = start.colour.rgb.mixed(colour.rgb, Self.recoloured(share, times))
        case .rest, .cut: break
        }
        return pose
    }

    /// The colour that the thing looks to have after a share of the motion; while it changes, the nearer one.
    func colour(_ share: Double, from start: Anchor) -> Colour {
        guard case .recolour(let colour, let times) = self else { return start.colour }
        return Self.recoloured(share, times) < 0.5 ? start.colour : colour
    }

    /// How far the present one of so many cycles is, from 0 to 1.
    private static func cycle(_ share: Double, _ times: Int) -> Double {
        (share * Double(times)).truncatingRemainder(dividingBy: 1)
    }

    /// How much of the other colour it has: none for a moment, then more and more, and all of it for a moment.
    private static func recoloured(_ share: Double, _ times: Int) -> Double {
        min(max((cycle(share, times) - 0.15) / 0.6, 0), 1)
    }

    /// Slow at both ends.
    private static func eased(_ share: Double) -> Double { share * share * (3 - 2 * share) }

    /// Full at whole numbers, nothing half-way between.
    private static func blinking(_ cycles: Double) -> Double {
        min(max(0.5 + 2 * cos(2 * .pi * cycles), 0), 1)
    }
}
