/// A stretch of time in a video, in seconds: a moment that was asked for.
public struct TimeWindow: Hashable, Sendable {
    /// Where it begins, in seconds.
    public var start: Double
    /// Where it ends, in seconds.
    public var end: Double

    /// A window from `start` to `end`, in seconds; nothing is checked.
    public init(start: Double, end: Double) {
        self.start = start
        self.end = end
    }

    /// `end − start`, in seconds.
    public var length: Double { end - start }
}

/// A predicted moment with its score.
public struct RankedWindow: Hashable, Sendable {
    /// Where the moment lies, in seconds.
    public var window: TimeWindow
    /// How sure the model is; only the order within one query counts.
    public var score: Double

    /// A moment from `start` to `end`, in seconds; nothing is checked.
    public init(start: Double, end: Double, score: Double) {
        window = TimeWindow(start: start, end: end)
        self.score = score
    }
}
