import Finding
import Torch

/// A part of an encoded video.
public struct EncodedStretch: Sendable {
    /// The part as a video of its own.
    public let video: EncodedVideo
    /// Its clips among those of the whole video.
    public let clips: Range<Int>
    /// Where it begins in the whole video, in seconds.
    public let start: Double

    /// Cuts clips out of a video.
    public init(_ whole: EncodedVideo, clips: Range<Int>) {
        let end =
            clips.upperBound == whole.clipCount
            ? max(whole.duration, Double(clips.upperBound - 1) * whole.clipLength)
            : Double(clips.upperBound) * whole.clipLength
        start = Double(clips.lowerBound) * whole.clipLength
        self.clips = clips
        video = EncodedVideo(
            duration: max(end - start, 1e-3), clipLength: whole.clipLength,
            components: whole.components.map { part in
                .init(
                    name: part.name, encoder: part.encoder, weights: part.weights,
                    features: part.features.slice(0, clips.lowerBound, clips.upperBound))
            })
    }

    /// Stretches around clips: each clip in the middle of one where the video allows, those that touch joined.
    ///
    /// - Parameters:
    ///   - clips: Places of clips, in any order.
    ///   - count: Clips of the video.
    ///   - longest: Clips of a stretch at most; nil takes the whole video.
    public static func ranges(around clips: [Int], of count: Int, longest: Int?) -> [Range<Int>] {
        guard let longest, longest < count else { return clips.isEmpty ? [] : [0..<count] }
        var ranges: [Range<Int>] = []
        for clip in clips.sorted() {
            let first = min(max(0, clip - longest / 2), count - longest)
            // A clip well inside the last stretch needs none of its own.
            if let last = ranges.last, clip < last.upperBound - longest / 4 || first == last.lowerBound { continue }
            ranges.append(first..<(first + longest))
        }
        return ranges
    }
}
