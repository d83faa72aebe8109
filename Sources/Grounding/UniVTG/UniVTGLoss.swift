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
        let (clips, dtype, device) = (output.logits.size(1), output.logits.dtype, output.logits.device)
        func placed(_ tensor: @escaping (Targets) -> Tensor) -> Tensor {
            batch.placed(on: device, width: clips) { batch in
                guard let targets = batch.targets else { preconditionFailure("a loss needs a batch with targets") }
                return tensor(targets).slice(1, 0, clips)
            }
        }
        let wanted = UniVTGTargets(batch, output.anchors)
        let saliency = batch.targets?.saliency.map { like in placed { $0.saliency ?? like }.to(dtype) }
        let salient = saliency == nil ? wanted.inside : placed(\.inMoment)
        let drawn =
            random.map { DrawnClips(from: salient, tickets: batch.tickets(salient.shape, from: $0, on: device)) }
            ?? DrawnClips(indices: salient.to(dtype).argmax(1), found: salient.any(1))
        // All of a batch that is recorded have one: nothing is to be read back.
        let rows = batch.places == nil ? drawn.found.nonzero().flattened() : nil
        return self(output, wanted, positives: drawn, rows: rows, saliency: saliency ?? wanted.inside.to(dtype))
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
        self(
            output, targets, positives: positives, rows: positives.found.nonzero().flattened(), saliency: saliency)
    }

    /// - Parameter rows: Those that have a salient clip; nil where all have.
    private func callAsFunction(
        _ output: UniVTGOutput, _ targets: UniVTGTargets, positives: DrawnClips, rows: Tensor?, saliency: Tensor
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
            ] + contrasts(output, positives.indices, rows, saliency))
    }

    private func contrasts(
        _ output: UniVTGOutput, _ positives: Tensor, _ rows: Tensor?, _ saliency: Tensor
    ) -> [(name: String, value: Tensor)] {
        if let rows, rows.count == 0 { return [] }
        func chosen(_ x: Tensor) -> Tensor { rows.map { x.entries($0, 0) } ?? x }
        let contrast = SaliencyInfoNCE(temperature: configuration.temperature)
        let (clips, sentences, places) = (chosen(output.video), chosen(output.sentences), chosen(positives))
        let inter = contrast.inter(clips: clips, sentences: sentences, positives: places)
        let intra = contrast.intra(
            clips: clips, sentences: sentences, positives: places, scores: chosen(saliency),
            mask: chosen(output.mask))
        return [("inter", inter * configuration.interWeight), ("intra", intra * configuration.intraWeight)]
    }
}
