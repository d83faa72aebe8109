import Batches
import Finding
import Foundation
import Grounding
import Media
import Synchronization
import Torch
import VideoLibrary

@testable import MomentsServer

/// Sees of a clip whether it is dark or bright: two numbers, which sentences have as well.
final class BrightnessEncoder: ServedVideoEncoder, @unchecked Sendable {
    let space = "brightness"
    let searched = "clip"
    /// Holds the encoding after its first clip, until it is let go.
    let gate = Gate()
    private let encoded = Mutex<[String]>([])

    /// Names of the files that were encoded.
    var names: [String] { encoded.withLock { $0 } }

    /// Something that may be closed, so that others wait at it.
    final class Gate: Sendable {
        private let isClosed = Mutex(false)
        private let arrivals = Mutex(0)

        func close() { isClosed.withLock { $0 = true } }
        func open() { isClosed.withLock { $0 = false } }
        /// How many came by.
        var count: Int { arrivals.withLock { $0 } }

        /// Waits until it is open, or `goesOn` says no.
        func pass(_ goesOn: () -> Bool = { true }) {
            arrivals.withLock { $0 += 1 }
            while isClosed.withLock({ $0 }), goesOn() { Thread.sleep(forTimeInterval: 0.002) }
        }
    }

    func encode(_ video: URL, progress: (Double, Double?) -> Bool) throws -> EncodedVideo {
        try encode(video, progress: progress) { _ in }
    }

    func encode(
        _ video: URL, progress: (Double, Double?) -> Bool, partial: (EncodedVideo) -> Void
    ) throws -> EncodedVideo {
        let reader = try VideoReader(video, threads: 1)
        let duration = reader.info.duration
        var rows: [[Double]] = []
        func seen(_ duration: Double) -> EncodedVideo {
            let features = Tensor(rows.flatMap { $0 }, shape: [rows.count, 2]).to(.float32)
            return EncodedVideo(
                duration: duration, clipLength: 2,
                components: [.init(name: "clip", encoder: "brightness", weights: nil, features: features)])
        }
        let report = try reader.read([FrameRequest(.rate(0.5))]) { _, _, time, frame in
            let mean = frame.pixels.reduce(0.0) { $0 + Double($1) } / Double(frame.pixels.count) / 255
            rows.append([1 - mean, mean])
            partial(seen(2 * Double(rows.count)))
            var goesOn = progress(time, duration)
            gate.pass {
                goesOn = progress(time, duration)
                return goesOn
            }
            guard goesOn else { throw CancellationError() }
        }
        encoded.withLock { $0.append(video.lastPathComponent) }
        return seen(report.duration)
    }
}

/// Knows two words.
final class BrightnessSentences: SentenceEncoder, @unchecked Sendable {
    /// The sentences of each call.
    let calls = Mutex<[[String]]>([])
    let gate = BrightnessEncoder.Gate()

    func encode(_ sentences: [String], maxTokens: Int) -> [SentenceFeatures] {
        calls.withLock { $0.append(sentences) }
        gate.pass()
        return sentences.map { sentence in
            let vector: [Double] =
                sentence.contains("dark") ? [1, 0] : sentence.contains("bright") ? [0, 1] : [0.4, 0.4]
            let pooled = Tensor(vector, shape: [2]).to(.float32)
            return SentenceFeatures(words: pooled.unsqueezed(0), pooled: pooled)
        }
    }
}

/// Each stretch of clips whose number for the sentence is above one half is a moment.
final class BrightnessModel: ServedModel {
    let card: ModelCard
    let maxTokens = 32
    /// Whether it refuses every video.
    private let isOther: Bool

    init(_ name: String = "brightness", threshold: Double? = 0.5, isOther: Bool = false) {
        self.isOther = isOther
        card = ModelCard(
            name: name, kind: .zeroShot, scores: "fixed rule", scoreMeaning: "how bright", calibrated: false,
            simulated: false, threshold: threshold)
    }

    func answer(_ video: EncodedVideo, sentence: String, features: SentenceFeatures) throws -> ServedAnswer {
        if isOther { throw ModelRefusal("The model wants other features.") }
        let curve = Self.curve(video, features)
        return ServedAnswer(
            moments: Self.moments(video, curve).map { served($0) }, clipLength: video.clipLength, relevance: curve,
            saliency: curve)
    }

    func grounder(sentence: String, features: SentenceFeatures) throws -> any StretchGrounder {
        struct Grounder: StretchGrounder {
            let features: SentenceFeatures
            let longestStretch: Int? = nil
            func moments(in video: EncodedStretch) -> [RankedMoment] {
                BrightnessModel.moments(video.video, BrightnessModel.curve(video.video, features))
            }
        }
        if isOther { throw ModelRefusal("The model wants other features.") }
        return Grounder(features: features)
    }

    func served(_ moment: RankedMoment) -> ServedMoment {
        ServedMoment(moment.span, score: moment.score, cosine: moment.score)
    }

    private static func curve(_ video: EncodedVideo, _ features: SentenceFeatures) -> [Double] {
        video.components[0].features.matmul(features.pooled.unsqueezed(1)).squeezed(1).doubles()
            .map { min(1, max(0, $0)) }
    }

    private static func moments(_ video: EncodedVideo, _ curve: [Double]) -> [RankedMoment] {
        var moments: [RankedMoment] = []
        for (clip, value) in curve.enumerated() where value > 0.5 {
            let start = Double(clip) * video.clipLength
            let end = min(start + video.clipLength, max(video.duration, start))
            if let last = moments.last, last.span.end == start {
                moments[moments.count - 1].span.end = end
                moments[moments.count - 1].score = max(last.score, value)
            } else {
                moments.append(RankedMoment(Span(start, end), score: value))
            }
        }
        // All that are not: so that there is a best one below any threshold.
        if moments.isEmpty, let best = curve.max() { moments = [RankedMoment(Span(0, video.clipLength), score: best)] }
        return moments.sorted { $0.score > $1.score }
    }
}
