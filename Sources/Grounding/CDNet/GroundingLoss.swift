import Batches
import Torch

/// The focal loss on the confidences (eqs. 14, 15) and the boundary loss (eq. 16).
///
/// Which clips count as positive is the configuration's assignment; each loss is divided by their number in the batch.
public struct GroundingLoss {
    /// Weights and assignment.
    public let configuration: CDNetConfiguration

    /// Makes the loss.
    public init(_ configuration: CDNetConfiguration) { self.configuration = configuration }

    /// `focal`, `smooth_l1` and `giou`, weighted.
    ///
    /// - Parameters:
    ///   - output: What the model says of the batch, of which the confidences (B×L) and the moments (B×L×2) are judged.
    ///   - batch: The batch that the output was made of, with targets.
    ///   - inMoment: B×L, `bool`: clips that lie in a moment.
    public func callAsFunction(
        _ output: CDNetOutput, _ batch: Batch, inMoment: Tensor
    ) -> [(name: String, value: Tensor)] {
        switch configuration.assignment {
        case .dense: named(dense(output, batch, inMoment))
        case .hungarian: named(matched(output, batch))
        case .both:
            named(zip(dense(output, batch, inMoment), matched(output, batch)).map { $0 + $1 })
        }
    }

    private func named(_ values: [Tensor]) -> [(name: String, value: Tensor)] {
        Array(zip(["focal", "smooth_l1", "giou"], values))
    }

    /// Each clip in a moment is a positive, with that moment's boundaries.
    private func dense(_ output: CDNetOutput, _ batch: Batch, _ inMoment: Tensor) -> [Tensor] {
        losses(output, positives: inMoment, spans: BoundaryTargets(batch, output.centers).spans)
    }

    /// One clip a moment is a positive, chosen by Hungarian matching of confidence, L1 and gIoU.
    private func matched(_ output: CDNetOutput, _ batch: Batch) -> [Tensor] {
        guard let moments = batch.targets?.moments else { preconditionFailure("a loss needs a batch with targets") }
        let (rows, clips) = (batch.count, output.logits.size(1))
        let matcher = MomentMatcher(
            confidence: configuration.matchingClassCost, distance: configuration.matchingL1Cost,
            overlap: configuration.matchingGIoUCost, form: .startEnd)
        let targets = TargetSpans(
            moments, durations: batch.queries.map(\.duration), dtype: output.spans.dtype,
            device: output.spans.device)
        guard
            let pairs = try? matcher.match(
                probabilities: output.logits.sigmoid(), spans: output.spans, targets: targets,
                counts: batch.clipCounts)
        else {
            // Only predictions that are NaN have no match. The loss says so, and training stops with the batch's name.
            return (0..<3).map { _ in Tensor(.nan, dtype: output.spans.dtype, device: output.spans.device) }
        }
        var wanted = (0..<rows * clips).flatMap { _ in [0.0, 1.0] }
        for ((row, clip), target) in zip(zip(pairs.items, pairs.predictions), pairs.targets) {
            let (moment, duration) = (moments[row][target], batch.queries[row].duration)
            let place = 2 * (row * clips + clip)
            wanted[place] = moment.start / duration
            wanted[place + 1] = moment.end / duration
        }
        let spans = Tensor(wanted, shape: [rows, clips, 2]).to(output.spans.dtype, output.spans.device)
        return losses(output, positives: pairs.mask(rows, clips, device: output.spans.device), spans: spans)
    }

    /// Focal, smooth L1 and 1 − gIoU, weighted, over B×L positives with their spans B×L×2.
    private func losses(_ output: CDNetOutput, positives: Tensor, spans: Tensor) -> [Tensor] {
        let weight = positives.to(output.spans.dtype)
        let count = weight.sum().clamped(min: 1)
        let focal = sigmoidFocalLoss(
            logits: output.logits, targets: weight, alpha: configuration.focalAlpha, gamma: configuration.focalGamma
        ).withoutPadding(output.mask)
        // Both ends are measured from the same clip, so the distance of (l, r) is that of (start, end).
        let distance = output.spans.smoothL1(spans, beta: configuration.smoothL1Beta).sum(-1)
        let apart = 1 - spanGeneralizedIoU(output.spans, spans)
        return [
            focal.sum() / count,
            (distance * weight).sum() / count * configuration.smoothL1Weight,
            (apart * weight).sum() / count * configuration.giouWeight,
        ]
    }
}
