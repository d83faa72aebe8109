import Batches
import Torch

/// The losses of UMT: saliency, and centre, length and fraction of the moments.
public struct UMTLoss {
    /// Weights.
    public let configuration: UMTConfiguration

    /// Makes the loss.
    public init(_ configuration: UMTConfiguration) { self.configuration = configuration }

    /// The loss of a forward pass and its weighted parts by name: `saliency`, `center`, `window`, `offset`.
    ///
    /// Saliency is learned as a share of the greatest there is, 4; where the targets have none, clips in a moment count
    /// as 1.
    public func callAsFunction(_ output: UMTOutput, _ batch: Batch) -> Loss {
        guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
        let (clips, device) = (output.mask.size(1), output.mask.device)
        let dtype = (output.saliency ?? output.boundaries?.centers)?.dtype ?? .float32
        let saliency = targets.saliency.map { $0.to(dtype, device) / 4 } ?? targets.inMoment.to(dtype, device)
        return self(
            output, saliency: saliency.slice(1, 0, clips),
            UMTTargets(
                targets.moments, batch.queries, clips: clips, radiusFactor: configuration.radiusFactor,
                sigmaFactor: configuration.sigmaFactor, dtype: dtype, device: device))
    }

    /// The same of targets that are made already.
    ///
    /// - Parameters:
    ///   - output: Saliency and boundaries, B×L each; what is not predicted has no loss.
    ///   - saliency: B×L, 0…1.
    ///   - targets: What the boundaries are to be, B×L each.
    public func callAsFunction(_ output: UMTOutput, saliency: Tensor, _ targets: UMTTargets) -> Loss {
        var parts: [(name: String, value: Tensor)] = []
        if let logits = output.saliency {
            // The mean counts padding, as the reference's does.
            let loss = logits.binaryCrossEntropy(
                withLogits: saliency.withoutPadding(output.mask), weight: output.mask.to(logits.dtype)
            ).mean()
            parts.append(("saliency", loss * configuration.saliencyWeight))
        }
        if let boundaries = output.boundaries {
            let count = Double(max(1, targets.count))
            let centers = gaussianFocalLoss(
                probabilities: boundaries.centers.sigmoid().withoutPadding(output.mask), targets: targets.centers)
            let windows = (boundaries.windows - targets.windows).abs() * targets.weights
            let offsets = (boundaries.offsets - targets.offsets).abs() * targets.weights
            parts += [
                ("center", centers.withoutPadding(output.mask).sum() / count * configuration.centerWeight),
                ("window", windows.sum() / count * configuration.windowWeight),
                ("offset", offsets.sum() / count * configuration.offsetWeight),
            ]
        }
        return Loss(parts)
    }
}
