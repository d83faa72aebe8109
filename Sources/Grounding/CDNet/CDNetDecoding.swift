import Batches
import Torch

/// From a CDNet's output to answers: ranked moments, saliency, relevance.
public struct CDNetDecoding {
    /// NMS threshold, count of moments, source of the saliency.
    public let configuration: CDNetConfiguration

    /// Makes the decoding.
    public init(_ configuration: CDNetConfiguration) { self.configuration = configuration }

    /// One answer a query.
    ///
    /// A clip's moment [c_i − l_i, c_i + r_i] is clamped to the video and scored by f_i. Moments that overlap a better one
    /// are dropped (NMS), the best are kept.
    public func callAsFunction(_ output: CDNetOutput, _ batch: Batch) -> [Grounding] {
        let confidences = output.logits.sigmoid()
        let moments = decodeMoments(
            spans: output.spans, scores: confidences, logits: output.logits, durations: batch.queries.map(\.duration),
            counts: batch.clipCounts)
        let saliency = saliency(confidences, output.relevance).rows(batch.clipCounts)
        let relevance = output.relevance.map { $0.clamped(min: 0, max: 1).rows(batch.clipCounts) }
        return (0..<batch.count).map { row in
            Grounding(
                moments: temporalNMS(
                    moments[row], threshold: configuration.nmsThreshold, limit: configuration.momentCount),
                saliency: saliency[row], relevance: relevance?[row])
        }
    }

    private func saliency(_ confidences: Tensor, _ relevance: Tensor?) -> Tensor {
        guard let relevance else { return confidences }
        return switch configuration.highlights {
        case .relevance: relevance
        case .confidence: confidences
        case .sum: relevance + confidences
        }
    }
}
