import Torch

/// Overlap of spans (start, end): …×2 and …×2 → …, broadcast.
///
/// - Returns: Intersection over union; NaN where both spans have no width.
public func spanIoU(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (intersection, union) = overlap(a, b)
    return intersection / union
}

/// Generalised overlap of spans (start, end): …×2 and …×2 → …, broadcast (Rezatofighi et al., 2019, in one dimension).
///
/// It is IoU less the share of the hull that neither span covers. So spans that lie apart have a gradient, too.
///
/// - Returns: −1…1; NaN where both spans have no width.
public func spanGeneralizedIoU(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (intersection, union) = overlap(a, b)
    let hull = (ends(a).maximum(ends(b)) - starts(a).minimum(starts(b))).clamped(min: 0)
    return intersection / union - (hull - union) / hull
}

/// IoU of every span of one list with every span of another: …×n×2 and …×m×2 → …×n×m.
public func pairwiseSpanIoU(_ a: Tensor, _ b: Tensor) -> Tensor {
    spanIoU(a.unsqueezed(-2), b.unsqueezed(-3))
}

/// Generalised IoU of every span of one list with every span of another: …×n×2 and …×m×2 → …×n×m.
public func pairwiseSpanGeneralizedIoU(_ a: Tensor, _ b: Tensor) -> Tensor {
    spanGeneralizedIoU(a.unsqueezed(-2), b.unsqueezed(-3))
}

private func starts(_ spans: Tensor) -> Tensor { spans.entry(0, -1) }
private func ends(_ spans: Tensor) -> Tensor { spans.entry(1, -1) }

private func overlap(_ a: Tensor, _ b: Tensor) -> (intersection: Tensor, union: Tensor) {
    let intersection = (ends(a).minimum(ends(b)) - starts(a).maximum(starts(b))).clamped(min: 0)
    return (intersection, (ends(a) - starts(a)) + (ends(b) - starts(b)) - intersection)
}
