import Torch

/// Clips of each rank and above against all clips of lower ranks (Hoffmann et al., 2022, as QD-DETR uses it).
///
/// For each threshold r the clips that reach it are positives in a softmax over all clips; −log of their shares is
/// averaged over the positives, then over the batch, and the sum over the thresholds is divided by one more than their
/// count, as in the published code.
public struct RankContrast: Hashable, Sendable {
    /// τ.
    public var temperature: Double
    /// The thresholds.
    public var thresholds: ClosedRange<Int>

    /// What the reference gives clips that are padding.
    private static let exclusion = -1e3

    /// Makes the loss; the first values are QD-DETR's for sums of three annotators.
    public init(temperature: Double = 0.5, thresholds: ClosedRange<Int> = 1...11) {
        self.temperature = temperature
        self.thresholds = thresholds
    }

    /// The loss, one number.
    ///
    /// - Parameters:
    ///   - scores: B×L.
    ///   - ranks: B×L, whole numbers, rounding aside.
    ///   - mask: B×L, `bool`: clips that count.
    public func callAsFunction(scores: Tensor, ranks: Tensor, mask: Tensor) -> Tensor {
        let logits = scores.masked(.!mask, with: Self.exclusion) / temperature
        let shifted = logits - logits.max(1, keep: true)
        let shares = shifted - (shifted.exp().sum(1, keep: true) + 1e-6).log()
        // Ranks may come from averages: half a rank is kept between them and the threshold.
        let limits = Tensor(thresholds.map { Double($0) - 0.5 }, shape: [thresholds.count, 1, 1])
            .to(ranks.dtype, ranks.device)
        let positives = (ranks.unsqueezed(0) .> limits).to(scores.dtype)
        let sums = (positives * shares.withoutPadding(mask)).sum(-1)
        return -(sums / (positives.sum(-1) + 1e-6)).mean(1).sum() / Double(thresholds.count + 1)
    }
}
