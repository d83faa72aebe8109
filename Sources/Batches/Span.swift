/// A stretch of time in a video, in seconds.
public struct Span: Hashable, Sendable, Codable {
    /// Seconds from the video's start.
    public var start: Double
    /// Seconds from the video's start.
    public var end: Double

    /// Makes a span.
    public init(_ start: Double, _ end: Double) {
        self.start = start
        self.end = end
    }

    /// Length in seconds.
    public var length: Double { end - start }
    /// The middle, in seconds.
    public var center: Double { (start + end) / 2 }

    /// Intersection over union with another span; 0 where both are empty.
    public func iou(_ other: Span) -> Double {
        let intersection = max(0, min(end, other.end) - max(start, other.start))
        let union = length + other.length - intersection
        return union > 0 ? intersection / union : 0
    }
}
