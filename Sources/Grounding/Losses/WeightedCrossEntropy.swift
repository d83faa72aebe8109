import Torch

/// Cross entropy of each query's classes, weighted by class, averaged over all queries (Moment-DETR's `loss_label`).
///
/// The sum is divided by the count of queries, not by the sum of weights as PyTorch's own mean would be.
///
/// - Parameters:
///   - logits: B×Q×C.
///   - classes: B×Q, `int64`.
///   - weights: C, the weight of each class.
/// - Returns: One number.
public func weightedCrossEntropy(logits: Tensor, classes: Tensor, weights: Tensor) -> Tensor {
    logits.reshaped(-1, logits.size(-1)).crossEntropy(classes.flattened(), weight: weights).mean()
}
