import Foundation

/// All that a scene holds besides its things: what disturbs and what sentences never name.
struct Surroundings: Codable, Hashable, Sendable {
    /// What is painted behind everything.
    enum Pattern: String, CaseIterable, Codable, Sendable { case gradient, hills, stripes, blotches, grid }

    /// A faint speck or stick that drifts about.
    struct Clutter: Codable, Hashable, Sendable {
        var place, speed: Point
        var size, angle, turning: Double
        var isStick: Bool
        var shade: Double
    }

    var pattern: Pattern
    /// The background's two colours, of little saturation.
    var upper, lower: RGB
    /// Seed of all noise.
    var noiseSeed: UInt64
    /// How strong the noise of the background is, and that which is another in every frame; from 0 to 1.
    var noise, grain: Double
    /// How far the camera shakes, where half of the shorter side is 1, and how often a second.
    var shake, shakeRate: Double
    /// How much the light swells and fades (share), and over how many seconds.
    var light, lightPeriod: Double
    /// When the light changes at once, and by how much (negative: darker).
    var switches: [LightSwitch]
    /// How bright a spot is that wanders over the picture; 0 for none.
    var spot: Double
    var clutter: [Clutter]

    struct LightSwitch: Codable, Hashable, Sendable { var time, change: Double }

    /// Where the camera looks at a time, away from the middle.
    func camera(at time: Double) -> Point {
        let t = 2 * .pi * shakeRate * time
        return Point(
            x: shake * (0.6 * sin(t) + 0.4 * sin(2.3 * t + 1)), y: shake * (0.6 * sin(1.3 * t + 2) + 0.4 * sin(2.9 * t))
        )
    }

    /// How much brighter (positive) or darker the picture is at a time, from −1 to 1.
    func brightness(at time: Double) -> Double {
        let swell = light * sin(2 * .pi * time / lightPeriod)
        let switched = switches.filter { $0.time <= time }.reduce(0) { $0 + $1.change }
        return min(max(swell + switched, -0.45), 0.35)
    }

    static func random(_ random: inout WorldRandom, duration: Double) -> Surroundings {
        let upper = muted(&random)
        let lower = upper.mixed(muted(&random), 0.5)
        return Surroundings(
            pattern: random.pick(Pattern.allCases), upper: upper, lower: lower, noiseSeed: random.next(),
            noise: random.uniform(0, 1), grain: random.chance(0.6) ? 0 : random.uniform(0.2, 1),
            shake: random.chance(0.5) ? 0 : random.uniform(0.005, 0.03), shakeRate: random.uniform(0.2, 1.2),
            light: random.chance(0.5) ? 0 : random.uniform(0.05, 0.2), lightPeriod: random.uniform(6, 30),
            switches: switches(&random, duration: duration), spot: random.chance(0.7) ? 0 : random.uniform(0.1, 0.25),
            clutter: (0..<random.integer(0...6)).map { _ in Clutter.random(&random) })
    }

    /// A colour between dark and light grey, with a tinge.
    private static func muted(_ random: inout WorldRandom) -> RGB {
        let base = random.uniform(0.3, 0.72)
        return RGB(
            base + random.uniform(-0.08, 0.08), base + random.uniform(-0.08, 0.08), base + random.uniform(-0.08, 0.08))
    }

    private static func switches(_ random: inout WorldRandom, duration: Double) -> [LightSwitch] {
        guard random.chance(0.35) else { return [] }
        var level = 0.0
        return (0..<random.integer(1...4)).map { _ in random.uniform(0, duration) }.sorted().map { time in
            let next = level == 0 ? (random.chance(0.6) ? -1.0 : 1) * random.uniform(0.12, 0.3) : 0
            defer { level = next }
            return LightSwitch(time: time, change: next - level)
        }
    }
}

extension Surroundings.Clutter {
    static func random(_ random: inout WorldRandom) -> Self {
        Self(
            place: Point(x: random.uniform(-1.3, 1.3), y: random.uniform(-1.3, 1.3)),
            speed: Point(x: random.normal(deviation: 0.05), y: random.normal(deviation: 0.03)),
            size: random.uniform(0.02, 0.05), angle: random.uniform(0, .pi), turning: random.normal(deviation: 0.4),
            isStick: random.chance(0.5), shade: random.pick([0.15, 0.85]))
    }

    /// Where it is at a time: what drifts out on one side comes in on the other.
    func place(at time: Double) -> Point {
        func wrapped(_ value: Double) -> Double {
            let shifted = (value + 1.5) / 3
            return 3 * (shifted - shifted.rounded(.down)) - 1.5
        }
        return Point(x: wrapped(place.x + speed.x * time), y: wrapped(place.y + speed.y * time))
    }
}
