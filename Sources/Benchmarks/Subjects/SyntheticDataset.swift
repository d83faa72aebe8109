import Annotations
import Datasets
import Foundation

/// Annotations and predictions like those of QVHighlights, made from a counter: the same every time.
struct SyntheticDataset {
    /// As many as the validation split has by default.
    let annotations: [Annotation]
    /// An answer to each of them: moments, and 75 clips' saliency.
    let predictions: [Prediction]

    private static let clips = 75

    init(count: Int = 1550, queriesPerVideo: Int = 1, moments momentCount: Int = 10) {
        var chance = SplitMix64(state: 1550)
        var annotations: [Annotation] = []
        var predictions: [Prediction] = []
        for index in 0..<count {
            let windows = Self.windows(&chance)
            let ids = windows.flatMap { Int($0.start / 2)..<Int($0.end / 2) }
            let ratings = (0..<3 * ids.count).map { _ in Double(chance.below(5)) }
            let video = "video\(index / queriesPerVideo)_0.0_150.0"
            annotations.append(
                Annotation(
                    qid: .number(index), query: "Somebody does thing number \(index) in a kitchen", vid: video,
                    duration: 150, relevantWindows: windows, relevantClipIDs: ids,
                    saliencyScores: AnnotatorScores(annotators: 3, values: ratings)))
            let moments = (0..<momentCount).map { rank in
                let start = Double(chance.below(70)) * 2
                return ScoredWindow(
                    start: start, end: min(150, start + Double(2 + chance.below(40))),
                    score: 1 - Double(rank) * 0.7 / Double(momentCount) - chance.share() * 0.05)
            }
            predictions.append(
                Prediction(
                    qid: .number(index), query: annotations[index].query, vid: video, relevantWindows: moments,
                    saliencyScores: (0..<Self.clips).map { _ in chance.share() * 2 - 1 }))
        }
        self.annotations = annotations
        self.predictions = predictions
    }

    /// One to three windows, one after the other, on whole clips.
    private static func windows(_ chance: inout SplitMix64) -> [Window] {
        var first = 0
        return (0...chance.below(3)).map { _ in
            let start = first + chance.below(10)
            let end = start + 1 + chance.below(12)
            first = end + 1
            return Window(start: Double(2 * start), end: Double(2 * end))
        }
    }
}

extension SplitMix64 {
    fileprivate mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    fileprivate mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }
}
