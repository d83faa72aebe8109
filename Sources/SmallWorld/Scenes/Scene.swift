/// A video of the small world, before it is drawn: its things, what they do and when, and all that surrounds them.
///
/// A scene follows from its seed and split alone. What it shows at a time is a function of the time.
///
///     let scene = Scene(seed: 7, split: .train)
///     let renderer = SceneRenderer(scene)
///     let frame = renderer.frame(at: 12.5)
public struct Scene: Codable, Hashable, Sendable {
    /// What a sentence can be about: an actor's action, to the frame.
    public struct Event: Codable, Hashable, Sendable {
        /// Who does it: its place in ``Scene/actors``.
        public let actor: Int
        /// What it does.
        public let action: Action
        /// With whom.
        public let partner: Int?
        /// From or to which side of the picture.
        public let side: Side?
        /// The new colour.
        public let colour: Colour?
        /// The frames that show it.
        public let frames: Range<Int>
        /// How fast or lively it is, from 0 to 1.
        let liveliness: Double
    }

    /// What it was made from.
    public let seed: UInt64
    /// Decides which things may do what.
    public let split: WorldSplit
    /// Its size in pixels.
    public let width, height: Int
    /// Frames a second.
    public let frameRate: Int
    /// Frames in all.
    public let frameCount: Int
    /// The things.
    public let actors: [Actor]
    /// What happens, by its start.
    public let events: [Event]
    let surroundings: Surroundings

    /// Seconds; a whole number of clips of 2 s.
    public var duration: Double { Double(frameCount) / Double(frameRate) }

    /// When an event begins and ends, in seconds.
    public func span(of event: Event) -> (start: Double, end: Double) {
        (Double(event.frames.lowerBound) / Double(frameRate), Double(event.frames.upperBound) / Double(frameRate))
    }

    /// Whether training never shows who does this doing it.
    public func isUnseen(_ event: Event) -> Bool {
        // Who is hit hits.
        let doers = [event.actor] + (event.action == .collide ? [event.partner].compactMap { $0 } : [])
        return doers.contains { WorldSplit.heldOut(actors[$0].thing.shape, event.action) != nil }
    }

    /// Half of the picture's width and height, where half of its shorter side is 1.
    var extent: Point {
        let shorter = Double(min(width, height))
        return Point(x: Double(width) / shorter, y: Double(height) / shorter)
    }

    /// The actors from the hindmost to the foremost at a time. Who hides is behind whom it hides behind.
    func drawingOrder(at time: Double) -> [Int] {
        var order = Array(actors.indices)
        for event in events where event.action == .hide {
            guard let partner = event.partner else { continue }
            let (start, end) = span(of: event)
            guard (start..<end).contains(time) else { continue }
            order.removeAll { $0 == event.actor }
            order.insert(event.actor, at: order.firstIndex(of: partner) ?? 0)
        }
        return order
    }
}
