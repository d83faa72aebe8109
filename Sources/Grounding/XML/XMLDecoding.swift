import Batches
import Torch

/// From an XML's output to answers.
///
/// XML+ learns that its similarity is high where a clip is salient. Without that loss nothing gives the curve a sign: the
/// detectors of starts and ends see a fall as well as a rise. The cosine that ranks videos has one, so it is XML's saliency.
public struct XMLDecoding {
    /// Lengths, suppression and count of moments.
    public let configuration: XMLConfiguration

    /// Makes the decoding.
    public init(_ configuration: XMLConfiguration) { self.configuration = configuration }

    /// One answer a query: pairs of clips with a start before an end and a length within the limits, by the product of
    /// their probabilities; overlapping ones are left out.
    public func callAsFunction(_ output: XMLOutput, _ batch: Batch) -> [Grounding] {
        let starts = output.starts.softmax(1).rows(batch.clipCounts)
        let ends = output.ends.softmax(1).rows(batch.clipCounts)
        let saliency = (configuration.saliencyWeight > 0 ? output.similarity : output.cosines).rows(batch.clipCounts)
        return batch.queries.indices.map { row in
            Grounding(moments: moments(starts[row], ends[row], batch.queries[row]), saliency: saliency[row])
        }
    }

    private func moments(_ starts: [Double], _ ends: [Double], _ query: Query) -> [RankedMoment] {
        // In a video shorter than the shortest moment, all of it is the only one.
        let shortest = min(configuration.shortestMoment, starts.count)
        var candidates: [RankedMoment] = []
        candidates.reserveCapacity(starts.count * min(starts.count, configuration.longestMoment))
        for (first, start) in starts.enumerated() {
            let limit = min(first + configuration.longestMoment, ends.count)
            for last in first + shortest - 1..<max(limit, first + shortest - 1) {
                let bounds = [first, last + 1].map { min(Double($0) * query.clipLength, query.duration) }
                candidates.append(RankedMoment(Span(bounds[0], bounds[1]), score: start * ends[last]))
            }
        }
        return temporalNMS(candidates, threshold: configuration.nmsThreshold, limit: configuration.momentCount)
    }
}
