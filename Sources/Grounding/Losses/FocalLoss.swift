import Torch

/// Binary cross entropy in which easy elements count little (Lin et al., 2017).
///
/// Exact for logits of any size: no probability is subtracted from 1.
///
/// - Parameters:
///   - logits: Any shape.
///   - targets: The same shape: 1 for positive, 0 for negative, or a share between.
///   - alpha: Weight of positives; negatives weigh 1 − alpha. Nil weighs all alike.
///   - gamma: How strongly easy elements are turned down; 0 not at all.
/// - Returns: The loss of each element.
public func sigmoidFocalLoss(
    logits: Tensor, targets: Tensor, alpha: Double? = 0.25, gamma: Double = 2
) -> Tensor {
    let targets = targets.to(logits.dtype)
    let negatives = 1 - targets
    var loss = logits.binaryCrossEntropy(withLogits: targets)
    if gamma != 0 {
        // The probability of being wrong. Its floor keeps the power's gradient finite where gamma is below 1.
        let wrong = (logits.sigmoid() * negatives + (-logits).sigmoid() * targets).clamped(min: 1e-37)
        loss = loss * (gamma == 2 ? wrong.squared() : wrong.pow(gamma))
    }
    if let alpha { loss = loss * (targets * alpha + negatives * (1 - alpha)) }
    return loss
}
