import Torch

/// Focal loss for targets that are 1 at a point and fall off around it (Law and Deng, 2018, CornerNet).
///
/// - Parameters:
///   - probabilities: Any shape.
///   - targets: The same shape: exactly 1 for positives; the nearer to 1, the less a negative counts.
///   - alpha: How strongly easy elements are turned down.
///   - gamma: How strongly negatives near a positive are turned down.
///   - eps: Added to what a logarithm is taken of, so that it stays finite.
/// - Returns: The loss of each element.
public func gaussianFocalLoss(
    probabilities: Tensor, targets: Tensor, alpha: Double = 2, gamma: Double = 4, eps: Double = 1e-12
) -> Tensor {
    let isPositive = (targets .== 1).to(probabilities.dtype)
    let wrong = 1 - probabilities
    let positive = (probabilities + eps).log() * wrong.pow(alpha) * isPositive
    let negative = (wrong + eps).log() * probabilities.pow(alpha) * (1 - targets).pow(gamma)
    return -(positive + negative)
}
