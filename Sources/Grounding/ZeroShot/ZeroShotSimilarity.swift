import Batches
import Torch

/// The baseline that learns nothing: a clip's saliency is the cosine of its CLIP feature with the sentence's.
///
/// Moments are the runs of clips whose smoothed similarity exceeds a threshold of its own for each video. What a trained
/// model adds is what it scores above this.
///
///     let baseline = try ZeroShotSimilarity(.init(columns: 2304..<2816))
///     let answers = baseline.ground(batch)
public final class ZeroShotSimilarity: GroundingModel {
    /// The choices that it was made with.
    public let configuration: ZeroShotConfiguration
    /// Empty: there is nothing to learn.
    public let store = ParameterStore()

    /// Makes the baseline.
    ///
    /// - Throws: `ConfigurationError` for a configuration that cannot be.
    public init(_ configuration: ZeroShotConfiguration) throws {
        try configuration.validate()
        self.configuration = configuration
    }

    /// The cosine of each clip with its sentence: B×L.
    ///
    /// - Precondition: The batch has pooled text as wide as the configured columns.
    public func similarity(_ batch: Batch) -> Tensor {
        guard let text = batch.pooledText else {
            preconditionFailure("zero-shot similarity needs the text encoder's pooled output (pooler_output)")
        }
        let columns = configuration.columns
        precondition(
            columns.upperBound <= batch.video.size(2) && columns.count == text.size(1),
            "columns \(columns) of \(batch.video.size(2)) do not fit a pooled text of \(text.size(1))")
        let clips = batch.video.slice(2, columns.lowerBound, columns.upperBound)
        return clipSimilarity(clips, text.to(clips.dtype, clips.device))
    }

    /// 1 − the mean similarity of the clips in the target moments: a number to look at. It has no gradient.
    ///
    /// - Precondition: The batch has targets.
    public func loss(_ batch: Batch) -> Loss {
        guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
        let similarity = similarity(batch)
        let inside = targets.inMoment.to(similarity.dtype)
        let total = 1 - (similarity * inside).sum() / inside.sum().clamped(min: 1)
        return Loss(total: total, parts: [("distance", total)])
    }

    /// Ranked moments, and the similarity as saliency.
    public func ground(_ batch: Batch) -> [Grounding] {
        let (width, values) = (batch.video.size(1), withoutGradient { similarity(batch).doubles() })
        return batch.queries.enumerated().map { row, query in
            let scores = Array(values[(row * width)..<(row * width + batch.clipCounts[row])])
            return Grounding(moments: moments(scores, query), saliency: scores)
        }
    }

    /// Runs of clips above the thresholds, ranked by their highest smoothed similarity; the whole video where there is
    /// none. The runs around one peak are ranked in the order of the thresholds.
    private func moments(_ scores: [Double], _ query: Query) -> [RankedMoment] {
        let smooth = movingMean(scores, window: configuration.smoothing)
        let (mean, deviation) = meanAndDeviation(smooth)
        let candidates = configuration.thresholds.flatMap { factor in
            runs(smooth) { $0 > mean + factor * deviation }.map { run in
                let start = min(Double(run.lowerBound) * query.clipLength, query.duration)
                let end = min(Double(run.upperBound) * query.clipLength, query.duration)
                return RankedMoment(Span(start, end), score: smooth[run].max() ?? mean)
            }
        }
        let kept = temporalNMS(
            candidates, threshold: configuration.nmsThreshold, limit: configuration.momentCount)
        return kept.isEmpty ? [RankedMoment(Span(0, query.duration), score: mean)] : kept
    }
}

/// The mean of so many neighbours of each number, itself in the middle; fewer at the ends.
private func movingMean(_ values: [Double], window: Int) -> [Double] {
    let before = (window - 1) / 2
    return values.indices.map { index in
        let near = values[max(0, index - before)..<min(values.count, index - before + window)]
        return near.reduce(0, +) / Double(near.count)
    }
}

private func meanAndDeviation(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))
    return (mean, variance.squareRoot())
}

/// Maximal ranges of neighbours that fulfil a condition.
private func runs(_ values: [Double], _ holds: (Double) -> Bool) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start: Int?
    for (index, value) in values.enumerated() {
        if holds(value) {
            start = start ?? index
        } else if let begin = start {
            result.append(begin..<index)
            start = nil
        }
    }
    if let start { result.append(start..<values.count) }
    return result
}
