/// The length of a clip as a fraction of whole seconds, as extractors are told it: 2, or 3/2.
///
/// The numerator matters beyond the length: the end of a video is filled with whole seconds up to a multiple of it.
public struct ClipLength: Hashable, Sendable, Codable {
    /// Seconds of `denominator` clips.
    public let numerator: Int
    /// Clips of `numerator` seconds.
    public let denominator: Int

    /// A fraction in lowest terms. Both must be greater than zero.
    public init(_ numerator: Int, over denominator: Int = 1) {
        precondition(
            numerator > 0 && denominator > 0, "a clip is longer than nothing, and not \(numerator)/\(denominator) s")
        var (a, b) = (numerator, denominator)
        while b > 0 { (a, b) = (b, a % b) }
        self.numerator = numerator / a
        self.denominator = denominator / a
    }

    /// The fraction that is nearest to a length in seconds, with a denominator of up to 30 (a frame of the stream).
    public init?(seconds: Double) {
        guard seconds.isFinite, seconds > 0, seconds < 1e6 else { return nil }
        for denominator in 1...30 {
            let numerator = (seconds * Double(denominator)).rounded()
            if numerator > 0, abs(numerator / Double(denominator) - seconds) < 1e-6 {
                self.init(Int(numerator), over: denominator)
                return
            }
        }
        return nil
    }

    /// Seconds.
    public var seconds: Double { Double(numerator) / Double(denominator) }
}
