import Batches
import Torch

/// The losses of UniVTG: on boundaries and foreground of each clip, and the two contrasts of its saliency.
public struct UniVTGLoss {
    /// Weights.
    public let configuration: UniVTGConfiguration

    /// Makes the loss.
    public init(_ configuration: UniVTGConfiguration) { self.configuration = configuration }

    /// The loss of a forward pass and its weighted parts by name: `smooth_l1`, `giou`, `foreground`, `inter`, `intra`.
    ///
    /// Where the targets have no saliency, the clips that answer for a moment are the salient ones.
    ///
    /// - Parameters:
    ///   - output: What the model says of all rows of the batch: the contrasts hold them against each other.
    ///   - batch: The batch that the output was made of, with targets.
    ///   - random: What a salient clip of each query is drawn from; nil takes the first.
    public func callAsFunction(_ output: UniVTGOutput, _ batch: Batch, random: RandomSource?) -> Loss {
        guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
        let (clips, dtype, device) = (output.logits.size(1), output.logits.dtype, output.logits.device)
        let wanted = UniVTGTargets(targets.moments, batch, output.anchors)
        let saliency = targets.saliency?.slice(1, 0, clips).to(dtype, device)
        let salient = saliency == nil ? wanted.inside : targets.inMoment.slice(1, 0, clips).to(device)
        let drawn =
            random.map { DrawnClips(from: salient, random: $0) }
            ?? DrawnClips(indices: salient.to(dtype).argmax(1), found: salient.any(1))
        return self(output, wanted, positives: drawn, saliency: saliency ?? wanted.inside.to(dtype))
    }

    /// The same of targets that are made already.
    ///
    /// - Parameters:
    ///   - output: As with a batch.
    ///   - targets: Which clips answer for a moment (B×L), and for which (B×L×2).
    ///   - positives: A salient clip of each row. Rows without one have no part in the contrasts.
    ///   - saliency: B×L, the annotated saliency.
    public func callAsFunction(
        _ output: UniVTGOutput, _ targets: UniVTGTargets, positives: DrawnClips, saliency: Tensor
    ) -> Loss {
        let inside = targets.inside.to(output.logits.dtype)
        let count = inside.sum().clamped(min: 1)
        let distance = (output.spans.smoothL1(targets.spans).sum(-1) * inside).sum() / count
        // Spans beyond the moments are zero and have no hull; they must not reach the gradient.
        let wanted = targets.spans.where(targets.inside.unsqueezed(-1), else: output.spans.detached())
        let apart = ((1 - spanGeneralizedIoU(output.spans, wanted)) * inside).sum() / count
        let weights = inside + (1 - inside) * configuration.backgroundWeight
        let valid = output.mask.to(output.logits.dtype)
        let foreground =
            output.logits.binaryCrossEntropy(withLogits: inside, weight: weights * valid).sum() / valid.sum()
        return Loss(
            [
                ("smooth_l1", distance * configuration.boundaryWeight), ("giou", apart * configuration.giouWeight),
                ("foreground", foreground * configuration.foregroundWeight),
            ] + contrasts(output, positives, saliency))
    }

    private func contrasts(
        _ output: UniVTGOutput, _ positives: DrawnClips, _ saliency: Tensor
    ) -> [(name: String, value: Tensor)] {
        let rows = positives.found.nonzero().flattened()
        guard rows.count > 0 else { return [] }
        let contrast = SaliencyInfoNCE(temperature: configuration.temperature)
        let (clips, sentences) = (output.video.entries(rows, 0), output.sentences.entries(rows, 0))
        let places = positives.indices.entries(rows, 0)
        let inter = contrast.inter(clips: clips, sentences: sentences, positives: places)
        let intra = contrast.intra(
            clips: clips, sentences: sentences, positives: places, scores: saliency.entries(rows, 0),
            mask: output.mask.entries(rows, 0))
        return [("inter", inter * configuration.interWeight), ("intra", intra * configuration.intraWeight)]
    }
}
