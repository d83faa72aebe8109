/// Chooses the frames of each clip from a stream of 30 frames a second, as the extractor of the published SlowFast features
/// did (HERO's, which QVHighlights used).
///
/// Frames come one at a time, and a clip's 32 come back as soon as its last frame has come. At the end the last frame is
/// repeated to fill a second, and the last second to fill a clip. No more frames are kept than a clip and a second have.
///
///     var sampler = ClipFrameSampler<Tensor>(clipLength: ClipLength(2), sourceRate: 29.97, duration: 10.5)
///     for frame in frames {
///         if let clip = sampler.append(frame) { features.append(encoder.encode(clip: .stacked(clip))) }
///     }
///     for clip in sampler.finish() { features.append(encoder.encode(clip: .stacked(clip))) }
public struct ClipFrameSampler<Frame> {
    /// Frames a second of the stream.
    public static var streamRate: Int { 30 }

    /// Frames of the stream in one clip.
    public let clipFrames: Int
    /// The 32 positions inside of a clip, in order; some come twice where the source has few frames or very many.
    public let positions: [Int]
    /// Clips that the video's duration has room for; nil where it is not known.
    public let clipLimit: Int?

    private let clipLength: ClipLength
    private let isPosition: [Bool]
    /// Frames by their place in the stream, from the start of the open clip or second on.
    private var kept: [Int: Frame] = [:]
    private var count = 0
    private var delivered = 0

    /// Makes a sampler for one video.
    ///
    /// - Parameters:
    ///   - clipLength: The length of a clip; it must be a whole number of frames.
    ///   - sourceRate: The average frame rate that the file states. Only whole frames count. That the rate matters, though
    ///     the stream has 30 frames a second, is a peculiarity of the extractor: clips of a 24 fps video are sampled over
    ///     their first 50 frames instead of all 60.
    ///   - duration: The duration in seconds that the file states; no more than ⌈duration/clip⌉ clips come back.
    ///   - frames: Frames that the network sees of a clip.
    public init(clipLength: ClipLength, sourceRate: Double, duration: Double? = nil, frames: Int = 32) {
        let rate = Self.streamRate
        precondition(
            rate * clipLength.numerator % clipLength.denominator == 0,
            "a clip of \(clipLength.seconds) s ends inside a frame")
        self.clipLength = clipLength
        clipFrames = rate * clipLength.numerator / clipLength.denominator
        positions = Self.positions(clipFrames: clipFrames, sourceRate: sourceRate, frames: frames)
        let known = duration.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
        clipLimit = known.map { Int(($0 / clipLength.seconds).rounded(.up)) }
        var isPosition = [Bool](repeating: false, count: clipFrames)
        for position in positions { isPosition[position] = true }
        self.isPosition = isPosition
    }

    /// Evenly spread over 64 frames of the source's rate, as if the stream had it; limited to the clip and cut. A network
    /// that sees fewer of them sees them farther apart.
    private static func positions(clipFrames: Int, sourceRate: Double, frames: Int) -> [Int] {
        let rate = sourceRate.isFinite ? max(sourceRate.rounded(.down), 0) : Double(streamRate)
        // In single precision and from both ends, as the extractor's library does it: the cut makes rounding visible.
        let end = Float(64 * rate / Double(streamRate) - 1)
        let step = end / Float(max(frames - 1, 1))
        return (0..<frames).map { index in
            let place = index < frames / 2 ? step * Float(index) : end - step * Float(frames - 1 - index)
            return Int(min(max(place, 0), Float(clipFrames - 1)))
        }
    }

    /// Whether a frame of the stream (0 is the first) may be needed; others can be ``skip()``ped undecoded.
    ///
    /// In the video's last seconds every frame is: its repetition may be chosen. So all are where the duration is unknown.
    public func isWanted(_ index: Int) -> Bool {
        guard let clipLimit else { return true }
        if index >= clipLimit * clipFrames { return false }
        // The stream may end a little sooner than the duration says.
        let lastCertain = (clipLimit - 1) * clipFrames - 2 * Self.streamRate
        return index >= lastCertain || isPosition[index % clipFrames]
    }

    /// Takes the next frame. Returns the frames of the clip that it completes.
    public mutating func append(_ frame: Frame) -> [Frame]? {
        kept[count] = frame
        return advance()
    }

    /// Passes over a frame that is not wanted. Returns the frames of the clip that it completes.
    public mutating func skip() -> [Frame]? { advance() }

    private mutating func advance() -> [Frame]? {
        count += 1
        let clip = count % clipFrames == 0 ? deliver { $0 } : nil
        let firstOfSecond = (count - 1) / Self.streamRate * Self.streamRate
        let oldest = min(count / clipFrames * clipFrames, firstOfSecond)
        if let first = kept.keys.min(), first < oldest { kept = kept.filter { $0.key >= oldest } }
        return clip
    }

    /// The clips that the end of the video completes. The sampler takes no more frames then.
    public mutating func finish() -> [[Frame]] {
        guard count > 0 else { return [] }
        let rate = Self.streamRate
        let seconds = (count + rate - 1) / rate
        let filled = (seconds + clipLength.numerator - 1) / clipLength.numerator * clipLength.numerator
        let last = count - 1
        var clips: [[Frame]] = []
        while (delivered + 1) * clipFrames <= filled * rate {
            let clip = deliver { index in
                let repeated = index < seconds * rate ? index : (seconds - 1) * rate + index % rate
                return min(repeated, last)
            }
            guard let clip else { break }
            clips.append(clip)
        }
        kept = [:]
        return clips
    }

    /// The next clip's frames; nil beyond the limit.
    private mutating func deliver(_ source: (Int) -> Int) -> [Frame]? {
        let start = delivered * clipFrames
        if let clipLimit, delivered >= clipLimit { return nil }
        delivered += 1
        return positions.map { frame(source(start + $0)) }
    }

    /// The frame at a place of the stream; for one that was passed over, the last before it.
    private func frame(_ index: Int) -> Frame {
        if let frame = kept[index] { return frame }
        let nearest = kept.keys.min { a, b in
            (a > index ? 1 : 0, abs(a - index)) < (b > index ? 1 : 0, abs(b - index))
        }
        guard let nearest, let frame = kept[nearest] else { preconditionFailure("a clip of which no frame was given") }
        return frame
    }
}

extension ClipFrameSampler: Sendable where Frame: Sendable {}
