import Batches
import Grounding
import Torch

/// Small models and batches of random features.
enum CDNetFixture {
    static let videoWidth = 7
    static let textWidth = 5

    /// A configuration small enough for finite differences: every part is on, no dropout.
    static func configuration(_ change: (inout CDNetConfiguration) -> Void = { _ in }) -> CDNetConfiguration {
        var result = CDNetConfiguration(videoWidth: videoWidth, textWidth: textWidth)
        result.hiddenSize = 8
        result.heads = 2
        result.feedForwardSize = 12
        result.localizerLayers = 2
        result.offsetKernel = 5
        result.offsetsStartAtZero = false
        result.inputDropout = 0
        result.dropout = 0
        result.dropPath = 0
        change(&result)
        return result
    }

    static func model(
        seed: UInt64 = 3, dtype: DType = .float32, _ change: (inout CDNetConfiguration) -> Void = { _ in }
    ) throws -> CDNet {
        try CDNet(configuration(change), seed: seed, dtype: dtype)
    }

    /// Random features for videos and sentences of the given lengths; one moment in the middle of each video.
    ///
    /// - Parameters:
    ///   - extraClips: Padding beyond the longest video.
    ///   - padding: What stands in padded places.
    static func batch(
        clips: [Int], words: [Int], seed: UInt64 = 11, dtype: DType = .float32, extraClips: Int = 0,
        extraWords: Int = 0, padding: Double = 0, moments: [[Span]]? = nil
    ) -> Batch {
        let videos = clips.enumerated().map { features($1, videoWidth, seed, UInt64($0)) }
        let texts = words.enumerated().map { features($1, textWidth, seed, UInt64(1000 + $0)) }
        return batch(
            videos: videos, texts: texts, dtype: dtype, extraClips: extraClips, extraWords: extraWords,
            padding: padding, moments: moments)
    }

    /// One batch of some of the rows that `batch(clips:words:)` makes, with the same features.
    static func rows(_ rows: [Int], clips: [Int], words: [Int], seed: UInt64 = 11) -> Batch {
        batch(
            videos: rows.map { features(clips[$0], videoWidth, seed, UInt64($0)) },
            texts: rows.map { features(words[$0], textWidth, seed, UInt64(1000 + $0)) }, dtype: .float32)
    }

    private static func features(_ count: Int, _ width: Int, _ seed: UInt64, _ stream: UInt64) -> Tensor {
        .normal([count, width], seed: seed, stream: stream)
    }

    private static func batch(
        videos: [Tensor], texts: [Tensor], dtype: DType, extraClips: Int = 0, extraWords: Int = 0,
        padding: Double = 0, moments: [[Span]]? = nil
    ) -> Batch {
        let (clips, words) = (videos.map { $0.size(0) }, texts.map { $0.size(0) })
        let moments = moments ?? clips.map { [Span(Double($0) * 0.5, Double($0) * 1.5)] }
        let length = clips.max()! + extraClips
        let inMoment = zip(clips, moments).flatMap { count, moments in
            (0..<length).map { clip in
                clip < count && moments.contains { $0.start <= Double(2 * clip + 1) && Double(2 * clip + 1) <= $0.end }
            }
        }
        return Batch(
            video: stack(videos, length, padding).to(dtype), clipCounts: clips,
            text: stack(texts, words.max()! + extraWords, padding).to(dtype), wordCounts: words,
            queries: clips.enumerated().map {
                Query(
                    id: "\($0)", text: "a sentence", video: "video\($0)", duration: Double(2 * $1), clipLength: 2)
            },
            targets: Targets(moments: moments, inMoment: Tensor(inMoment, shape: [clips.count, length])))
    }

    private static func stack(_ rows: [Tensor], _ length: Int, _ padding: Double) -> Tensor {
        .stacked(rows.map { $0.padded([0, 0, 0, length - $0.size(0)], with: padding) })
    }

    /// The same batch with other targets: nothing else changes.
    static func batch(_ batch: Batch, video: Tensor? = nil, text: Tensor? = nil) -> Batch {
        Batch(
            video: video ?? batch.video, clipCounts: batch.clipCounts, text: text ?? batch.text,
            wordCounts: batch.wordCounts, queries: batch.queries, targets: batch.targets)
    }
}
