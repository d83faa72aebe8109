import Batches
import Torch

/// From a UMT's output to answers: every clip's moment, ranked by whether the clip is its centre.
///
/// As in the published code, whose moments have no peaks to be chosen from either (its kernel is one clip). Moments are
/// clamped to the video's duration besides. Only the video's own clips answer.
public struct UMTDecoding {
    /// NMS and the count of moments.
    public let configuration: UMTConfiguration

    /// Makes the decoding.
    public init(_ configuration: UMTConfiguration) { self.configuration = configuration }

    /// One answer a query. Saliency is that of the saliency head, or else the probability of a centre.
    public func callAsFunction(_ output: UMTOutput, _ batch: Batch) -> [Grounding] {
        let moments = output.boundaries.map { ranked($0, batch) }
        let scores = (output.saliency ?? output.boundaries?.centers)?.sigmoid().rows(batch.clipCounts)
        return (0..<batch.count).map { row in
            let kept = temporalNMS(
                moments?[row] ?? [], threshold: configuration.nmsThreshold, limit: configuration.momentCount)
            return Grounding(moments: kept, saliency: scores?[row] ?? [])
        }
    }

    /// The moments of each query's own clips, best first.
    public func ranked(_ boundaries: UMTOutput.Boundaries, _ batch: Batch) -> [[RankedMoment]] {
        let width = boundaries.centers.size(1)
        let scores = boundaries.centers.sigmoid().rows(batch.clipCounts)
        let logits = boundaries.centers.rows(batch.clipCounts)
        let windows = boundaries.windows.clamped(min: 0).rows(batch.clipCounts)
        let offsets = boundaries.offsets.clamped(min: 0).rows(batch.clipCounts)
        return batch.queries.enumerated().map { row, query in
            let last = Double(configuration.decoderSeesPadding ? width : batch.clipCounts[row]) - 1
            return scores[row].indices.map { clip in
                let center = Double(clip) + offsets[row][clip]
                func place(_ time: Double) -> Double { min(max(time, 0), last) * query.clipLength }
                let start = place(center - windows[row][clip] / 2)
                let end = place(center + windows[row][clip] / 2) + query.clipLength
                return RankedMoment(
                    Span(min(start, query.duration), min(end, query.duration)), score: scores[row][clip],
                    logit: logits[row][clip])
            }.ranked()
        }
    }
}
