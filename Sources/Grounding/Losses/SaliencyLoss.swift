import Torch

/// How far the saliency of salient clips stays behind that of others (Lei et al., 2021, Moment-DETR's `loss_saliency`).
///
/// - Parameters:
///   - scores: B×L.
///   - positives: B×P, `int64`: clips that ought to score higher …
///   - negatives: B×P, `int64`: … than these.
///   - margin: By how much.
/// - Returns: 2·Σ max(0, margin + negative − positive) / (B·P), one number. The 2 is the reference's.
public func hingeSaliencyLoss(
    scores: Tensor, positives: Tensor, negatives: Tensor, margin: Double = 0.2
) -> Tensor {
    (scores.gathered(negatives, 1) - scores.gathered(positives, 1) + margin).clamped(min: 0).mean() * 2
}
