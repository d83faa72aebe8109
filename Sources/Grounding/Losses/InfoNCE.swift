import Torch

/// UniVTG's two contrastive losses of saliency (Lin et al., 2023), as its published code computes them.
///
/// They differ from the paper's equations, and from ``IntraVideoContrast``, in what is summed; see each of them.
public struct SaliencyInfoNCE: Hashable, Sendable {
    /// τ.
    public var temperature: Double

    /// What the reference adds to the similarity of clips that are no candidates: the logarithm of the smallest
    /// `float32` above zero. As a constant, so that it is the same where denormal numbers are flushed to zero.
    static let exclusion = -103.278929903431851103

    /// Makes the losses.
    public init(temperature: Double = 0.07) { self.temperature = temperature }

    /// Each positive clip against all sentences of the batch, plus each sentence against all positive clips.
    ///
    /// - Parameters:
    ///   - clips: B×L×d.
    ///   - sentences: B×d.
    ///   - positives: B, `int64`: a salient clip of each row.
    /// - Returns: The sum of both directions' means, one number.
    public func inter(clips: Tensor, sentences: Tensor, positives: Tensor) -> Tensor {
        let all = Tensor.ones([positives.size(0)], dtype: .bool, device: positives.device)
        let vectors = DrawnClips(indices: positives, found: all).vectors(of: clips)
        return InterVideoContrast(temperature: temperature, symmetric: true)(
            clips: vectors, sentences: sentences, found: all)
    }

    /// Each positive clip against the clips of its video that score lower, plus against the same place of other videos.
    ///
    /// The second part is a softmax over the batch at the positive clip's number, whatever the other videos show there.
    ///
    /// - Parameters:
    ///   - clips: B×L×d.
    ///   - sentences: B×d.
    ///   - positives: B, `int64`: a salient clip of each row.
    ///   - scores: B×L, the annotated saliency.
    ///   - mask: B×L, `bool`: valid clips.
    /// - Returns: The sum of both parts' means, one number.
    public func intra(clips: Tensor, sentences: Tensor, positives: Tensor, scores: Tensor, mask: Tensor) -> Tensor {
        let place = positives.unsqueezed(1)
        let numbers = Tensor.range(0..<clips.size(1), device: clips.device).unsqueezed(0)
        let candidates = ((scores .< scores.gathered(place, 1)) .| (numbers .== place)) .& mask
        let similarity = clipSimilarity(clips, sentences)
        let logits = (similarity + (.!candidates).to(similarity.dtype) * Self.exclusion) / temperature
        // Row b, column c: video c's clip at the number of b's positive clip.
        let overBatch = logits.transposed().entries(positives, 0)
        let own = logits.gathered(place, 1).squeezed(1)
        return (logits.logSumExp(1) - own).mean() + (overBatch.logSumExp(1) - own).mean()
    }
}
