import Batches
import Torch

/// Reads a batch's predictions off their tensors: one list of moments a row, in the predictions' order.
///
/// - Parameters:
///   - spans: B×Q×2, (start, end) as shares of the duration.
///   - scores: B×Q.
///   - logits: B×Q, what the scores were made from; nil where there is no such thing.
///   - durations: Seconds of each row's video; moments are clamped to it.
///   - counts: How many of a row's predictions are real, from the first; all where nil.
public func decodeMoments(
    spans: Tensor, scores: Tensor, logits: Tensor? = nil, durations: [Double], counts: [Int]? = nil
) -> [[RankedMoment]] {
    let width = scores.size(1)
    let bounds = spans.doubles()
    let confidence = scores.doubles()
    let raw = logits?.doubles()
    return durations.enumerated().map { item, duration in
        (0..<(counts?[item] ?? width)).map { place in
            let index = item * width + place
            let start = min(max(bounds[2 * index] * duration, 0), duration)
            let end = min(max(bounds[2 * index + 1] * duration, 0), duration)
            return RankedMoment(Span(start, end), score: confidence[index], logit: raw?[index])
        }
    }
}

extension Tensor {
    /// The first numbers of each row of B×L: those of a video's own clips.
    func rows(_ counts: [Int]) -> [[Double]] {
        let (width, values) = (size(1), doubles())
        return counts.enumerated().map { Array(values[($0 * width)..<($0 * width + $1)]) }
    }
}
