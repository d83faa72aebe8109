import Batches
import Torch

/// From a UniVTG's output to answers, number by number as the published code has them.
///
/// Only the video's own clips answer. The published code lets padded ones answer too, with a score of 0.
public struct UniVTGDecoding {
    /// NMS, rounding, highlights.
    public let configuration: UniVTGConfiguration

    /// Makes the decoding.
    public init(_ configuration: UniVTGConfiguration) { self.configuration = configuration }

    /// One answer a query: the clips' moments without those that overlap a better one, ranked by foreground.
    ///
    /// Moments are clamped to the video; ends and scores have 4 decimals. Saliency has half precision.
    public func callAsFunction(_ output: UniVTGOutput, _ batch: Batch) -> [Grounding] {
        let saliency = saliency(output).rows(batch.clipCounts)
        return ranked(output, batch).enumerated().map { row, moments in
            let clip = batch.queries[row].clipLength
            let placed = configuration.roundsToClips ? moments.map { $0.onWholeClips(clip) } : moments
            let kept = temporalNMS(
                placed, threshold: configuration.nmsThreshold, hull: true, limit: configuration.momentCount)
            return Grounding(moments: kept, saliency: saliency[row])
        }
    }

    /// The moments of each query's own clips, best first.
    public func ranked(_ output: UniVTGOutput, _ batch: Batch) -> [[RankedMoment]] {
        decodeMoments(
            spans: output.spans, scores: output.logits.sigmoid(), logits: output.logits,
            durations: batch.queries.map(\.duration),
            counts: batch.clipCounts
        ).map { $0.ranked().map(\.rounded) }
    }

    private func saliency(_ output: UniVTGOutput) -> Tensor {
        let half = output.saliency.to(.float16)
        return switch configuration.highlights {
        case .saliency: half
        case .sum: half.to(output.logits.dtype) + output.logits.sigmoid()
        }
    }
}
