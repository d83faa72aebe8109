/// Which frames one consumer wants, and in what shape.
public struct FrameRequest: Hashable, Sendable {
    /// Which frames.
    public enum Sampling: Hashable, Sendable {
        /// So many frames a second, as FFmpeg's `fps` filter with its default rounding picks them: frame n is the last
        /// that starts before `(n + ½) / rate`, frames are repeated and dropped as needed. Where the video starts late,
        /// its first frame fills the beginning, so that frame n always belongs to the time `n / rate`.
        case rate(Double)
        /// The frames shown at these times (seconds, ascending): the last that starts at or before each.
        case times([Double])
        /// So many frames a second, each the key frame nearest to `(n + ½) / rate`. Other frames are not decoded where
        /// no other request wants them.
        case nearestKeyFrames(rate: Double)
        /// Every picture that is shown at some time from the first second to before the second one, once.
        case pictures(from: Double, until: Double)
    }

    /// Which frames.
    public let sampling: Sampling
    /// In what shape.
    public let geometry: FrameGeometry

    /// Asks for frames.
    public init(_ sampling: Sampling, geometry: FrameGeometry = FrameGeometry()) {
        switch sampling {
        case .rate(let rate), .nearestKeyFrames(let rate):
            precondition(rate.isFinite && rate > 0, "\(rate) frames a second")
        case .times(let times):
            precondition(
                times.allSatisfy(\.isFinite) && zip(times, times.dropFirst()).allSatisfy(<=), "times not ascending")
        case .pictures(let start, let end): precondition(start <= end, "pictures from \(start) s to \(end) s")
        }
        self.sampling = sampling
        self.geometry = geometry
    }

    /// One frame for every clip of so many seconds, as CLIP's published features were made: `1 / clipLength` a second;
    /// a video shorter than a clip (and a tenth of a second) gets `2 / ⌊duration⌋` a second.
    public static func perClip(
        of clipLength: Double, duration: Double?, geometry: FrameGeometry = .square224
    ) -> FrameRequest {
        if let duration, duration < clipLength + 0.1 {
            return FrameRequest(.rate(2 / max(1, duration.rounded(.down))), geometry: geometry)
        }
        return FrameRequest(.rate(1 / clipLength), geometry: geometry)
    }
}
