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

/// A way of moving, over a share of time from 0 to 1. All begin where the anchor is, and end at `end(from:)`.
enum Motion: Codable, Hashable, Sendable {
    /// To another place, slow at both ends.
    case move(to: Point)
    /// Into the picture.
    case enter(from: Point, to: Point)
    /// Out of the picture.
    case leave(to: Point)
    /// Hops, by so much downwards (negative: upwards).
    case bounce(by: Double, hops: Int)
    /// Turns, clockwise where positive.
    case spin(turns: Int)
    /// To another scale.
    case resize(to: Double)
    /// Vanishes and comes back so many times.
    case blink(times: Int)
    /// Round a point, from where it is.
    case orbit(around: Point, turns: Int)
    /// To a point, some rest there, and back, so many times.
    case hide(at: Point, times: Int)
    /// Towards a point and back, so many times, sharply.
    case strike(at: Point, times: Int)
    /// To another colour.
    case recolour(to: Colour)
    /// Stays: another thing needs it where it is.
    case rest
    /// Is something else at once: another shot begins.
    case cut(to: Anchor)

    /// What lasts after it.
    func end(from start: Anchor) -> Anchor {
        var end = start
        switch self {
        case .move(let place): end.place = place
        case .enter(_, let place): (end.place, end.isPresent) = (place, true)
        case .leave(let place): (end.place, end.isPresent) = (place, false)
        case .resize(let scale): end.scale = scale
        case .recolour(let colour): end.colour = colour
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
        case .enter(let from, let place): pose.place = from.towards(place, share)
        case .leave(let place): pose.place = start.place.towards(place, share)
        case .bounce(let height, let hops): pose.place.y += height * abs(sin(.pi * Double(hops) * share))
        case .spin(let turns): pose.angle = 2 * .pi * Double(turns) * share
        case .resize(let scale): pose.scale *= pow(scale / start.scale, share)
        case .blink(let times): pose.opacity = Self.blinking(share * Double(times))
        case .orbit(let centre, let turns):
            let (spoke, angle) = (start.place - centre, 2 * .pi * Double(turns) * share)
            pose.place =
                centre
                + Point(
                    x: spoke.x * cos(angle) - spoke.y * sin(angle), y: spoke.x * sin(angle) + spoke.y * cos(angle))
        case .hide(let place, let times):
            let cycle = (share * Double(times)).truncatingRemainder(dividingBy: 1)
            pose.place = start.place.towards(place, Self.eased(min(min(cycle, 1 - cycle) / 0.3, 1)))
        case .strike(let place, let times):
            pose.place = start.place.towards(place, 1 - abs(cos(.pi * Double(times) * share)))
        case .recolour(let colour): pose.colour = start.colour.rgb.mixed(colour.rgb, share)
        case .rest, .cut: break
        }
        return pose
    }

    /// Slow at both ends.
    private static func eased(_ share: Double) -> Double { share * share * (3 - 2 * share) }

    /// Full at whole numbers, nothing half-way between.
    private static func blinking(_ cycles: Double) -> Double {
        min(max(0.5 + 2 * cos(2 * .pi * cycles), 0), 1)
    }
}
