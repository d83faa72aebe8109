import Batches
import Torch

/// From a Moment-DETR's output to answers, number by number as the published code has them.
public struct MomentDETRDecoding {
    /// The limit in time and the rounding.
    public let configuration: MomentDETRConfiguration

    /// Makes the decoding.
    public init(_ configuration: MomentDETRConfiguration) { self.configuration = configuration }

    /// One answer a query: every moment query's span, ranked by the probability of the foreground.
    ///
    /// Spans and scores are rounded to 4 decimals, then the spans clamped and rounded to whole clips, halves to the even
    /// one. Saliency has half precision.
    public func callAsFunction(_ output: MomentDETROutput, _ batch: Batch) -> [Grounding] {
        let ranked = self.ranked(output, batch)
        let width = output.saliency.size(1)
        let saliency = output.saliency.to(.float16).doubles()
        return batch.queries.indices.map { row in
            let first = row * width
            return Grounding(
                moments: ranked[row].map { processed($0, batch.queries[row]) },
                saliency: Array(saliency[first..<(first + batch.clipCounts[row])]))
        }
    }

    /// The moments of each query as they are before clamping and rounding to clips, best first.
    public func ranked(_ output: MomentDETROutput, _ batch: Batch) -> [[RankedMoment]] {
        guard let last = output.layers.last else { return batch.queries.map { _ in [] } }
        let durations = Tensor(batch.queries.map(\.duration), shape: [batch.count, 1, 1])
            .to(last.spans.dtype, last.spans.device)
        let spans = (startEnd(fromCenterWidth: last.spans) * durations).doubles()
        let scores = last.logits.softmax(-1).entry(0, -1).doubles()
        let logits = (last.logits.entry(0, -1) - last.logits.entry(1, -1)).doubles()
        let count = last.spans.size(1)
        return batch.queries.indices.map { row in
            let moments = (0..<count).map { place in
                let index = row * count + place
                return RankedMoment(
                    Span(spans[2 * index], spans[2 * index + 1]), score: scores[index], logit: logits[index])
            }
            // Ranked by the whole score, rounded afterwards.
            return moments.ranked().map {
                RankedMoment(
                    Span(rounded($0.span.start), rounded($0.span.end)), score: rounded($0.score), logit: $0.logit)
            }
        }
    }

    private func processed(_ moment: RankedMoment, _ query: Query) -> RankedMoment {
        let limit = configuration.timeLimit > 0 ? configuration.timeLimit : query.duration
        func place(_ time: Double) -> Double {
            let clamped = min(max(time, 0), limit)
            guard configuration.roundsToClips else { return clamped }
            return (clamped / query.clipLength).rounded(.toNearestOrEven) * query.clipLength
        }
        return RankedMoment(
            Span(place(moment.span.start), place(moment.span.end)), score: moment.score,
            logit: moment.logit)
    }

    /// To 4 decimals, ties to the even digit. The product is exact for numbers that come from `float32`.
    private func rounded(_ value: Double) -> Double { (value * 10_000).rounded(.toNearestOrEven) / 10_000 }
}
