import Batches
import Torch

/// The losses of Moment-DETR: on moments, matched anew for every decoder layer, and on the clips' saliency.
public struct MomentDETRLoss {
    /// Weights and costs.
    public let configuration: MomentDETRConfiguration

    /// Makes the loss.
    public init(_ configuration: MomentDETRConfiguration) { self.configuration = configuration }

    /// The loss of a forward pass and its weighted parts by name.
    ///
    /// - Parameters:
    ///   - batch: The batch that the output was made of, with targets.
    ///   - random: What the easy pairs of clips are drawn from; nil takes each query's first ones.
    public func callAsFunction(_ output: MomentDETROutput, _ batch: Batch, random: RandomSource?) -> Loss {
        guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
        let wanted = TargetSpans(
            targets.moments, durations: Self.lengths(batch), dtype: output.saliency.dtype,
            device: output.saliency.device)
        let pairs = SaliencyPairs(targets, clipCounts: batch.clipCounts, random: random)
        return self(output, wanted, pairs)
    }

    /// The same of targets that are made already. `pairs` is nil where no query has a salient clip.
    public func callAsFunction(_ output: MomentDETROutput, _ targets: TargetSpans, _ pairs: SaliencyPairs?) -> Loss {
        var parts: [(name: String, value: Tensor)] = []
        for (number, layer) in output.layers.enumerated().reversed() {
            let isLast = number == output.layers.count - 1
            parts += moments(layer, targets).map { (isLast ? $0.name : "\($0.name)_\(number)", $0.value) }
            guard isLast, configuration.saliencyWeight > 0, let pairs else { continue }
            parts.append(("saliency", saliency(output.saliency, pairs) * configuration.saliencyWeight))
        }
        return Loss(total: parts.dropFirst().reduce(parts[0].value) { $0 + $1.value }, parts: parts)
    }

    /// The pairs of a layer's predictions and the target moments at the least cost; nil where a prediction is NaN.
    public func match(_ layer: MomentDETROutput.Layer, _ targets: TargetSpans) -> MatchedPairs? {
        try? MomentMatcher(
            confidence: configuration.matchingClassCost, distance: configuration.matchingL1Cost,
            overlap: configuration.matchingGIoUCost
        ).match(
            probabilities: layer.logits.softmax(-1).entry(0, -1), spans: startEnd(fromCenterWidth: layer.spans),
            targets: targets)
    }

    /// Seconds by which a moment's ends are divided: the clips' whole length, as in the reference, not the duration.
    ///
    /// Predictions are multiplied by the duration. The two differ where a video's length is no multiple of a clip's.
    static func lengths(_ batch: Batch) -> [Double] {
        zip(batch.queries, batch.clipCounts).map { $0.clipLength * Double($1) }
    }

    /// `label`, `span` and `giou`, weighted.
    private func moments(
        _ layer: MomentDETROutput.Layer, _ targets: TargetSpans
    ) -> [(name: String, value: Tensor)] {
        let (dtype, device) = (layer.spans.dtype, layer.spans.device)
        guard let pairs = match(layer, targets) else {
            // Training stops at a loss that is not finite and names the batch.
            return ["label", "span", "giou"].map { ($0, Tensor(.nan, dtype: dtype, device: device)) }
        }
        let (rows, count) = (layer.logits.size(0), layer.logits.size(1))
        // Class 0 is the foreground.
        let classes = 1 - pairs.mask(rows, count, device: device).to(.int64)
        let weights = Tensor([1, configuration.backgroundWeight]).to(dtype, device)
        let label = weightedCrossEntropy(logits: layer.logits, classes: classes, weights: weights)
        // The mean over no pairs would be NaN.
        guard pairs.count > 0 else { return [("label", label * configuration.labelWeight)] }
        let predicted = pairs.predicted(layer.spans)
        let wanted = pairs.targeted(targets.spans)
        let distance = (predicted - centerWidth(fromStartEnd: wanted)).abs().mean()
        let apart = (1 - spanGeneralizedIoU(startEnd(fromCenterWidth: predicted), wanted)).mean()
        return [
            ("label", label * configuration.labelWeight), ("span", distance * configuration.spanWeight),
            ("giou", apart * configuration.giouWeight),
        ]
    }

    private func saliency(_ scores: Tensor, _ pairs: SaliencyPairs) -> Tensor {
        let (rows, positives, negatives) = pairs.tensors(on: scores.device)
        return hingeSaliencyLoss(
            scores: scores.entries(rows, 0), positives: positives, negatives: negatives,
            margin: configuration.saliencyMargin)
    }
}
