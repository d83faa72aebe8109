import Batches
import Torch

/// From moment queries to answers, number by number as the published code of Moment-DETR and QD-DETR has them.
public struct QueryDecoding: Hashable, Sendable {
    /// Moments are clamped to this many seconds; 0 takes each video's own length.
    public var timeLimit: Double
    /// Whether a moment's ends are rounded to whole clips. Moments may become empty, and equal to each other.
    public var roundsToClips: Bool

    /// Makes the decoding; the first values are the references' for QVHighlights.
    public init(timeLimit: Double = 150, roundsToClips: Bool = true) {
        self.timeLimit = timeLimit
        self.roundsToClips = roundsToClips
    }

    /// One answer a query: every moment query's span, ranked by the probability of the foreground.
    ///
    /// Spans and scores are rounded to 4 decimals, then the spans clamped and rounded to whole clips, halves to the even
    /// one. Saliency (B×L) has half precision.
    public func callAsFunction(_ layer: QueryPredictions, saliency: Tensor, _ batch: Batch) -> [Grounding] {
        let ranked = self.ranked(layer, batch)
        let saliency = saliency.to(.float16).rows(batch.clipCounts)
        return batch.queries.indices.map { row in
            Grounding(moments: ranked[row].map { processed($0, batch.queries[row]) }, saliency: saliency[row])
        }
    }

    /// The moments of each query as they are before clamping and rounding to clips, best first.
    public func ranked(_ layer: QueryPredictions, _ batch: Batch) -> [[RankedMoment]] {
        let durations = Tensor(batch.queries.map(\.duration), shape: [batch.count, 1, 1])
            .to(layer.spans.dtype, layer.spans.device)
        let spans = (startEnd(fromCenterWidth: layer.spans) * durations).doubles()
        let scores = layer.logits.softmax(-1).entry(0, -1).doubles()
        let logits = (layer.logits.entry(0, -1) - layer.logits.entry(1, -1)).doubles()
        let count = layer.spans.size(1)
        return batch.queries.indices.map { row in
            let moments = (0..<count).map { place in
                let index = row * count + place
                return RankedMoment(
                    Span(spans[2 * index], spans[2 * index + 1]), score: scores[index], logit: logits[index])
            }
            // Ranked by the whole score, rounded afterwards.
            return moments.ranked().map(\.rounded)
        }
    }

    private func processed(_ moment: RankedMoment, _ query: Query) -> RankedMoment {
        let limit = timeLimit > 0 ? timeLimit : query.duration
        func within(_ span: Span) -> Span { Span(min(max(span.start, 0), limit), min(max(span.end, 0), limit)) }
        var inside = moment
        inside.span = within(moment.span)
        guard roundsToClips else { return inside }
        var whole = inside.onWholeClips(query.clipLength)
        // The last clip may end after its video.
        if timeLimit == 0 { whole.span = within(whole.span) }
        return whole
    }
}
