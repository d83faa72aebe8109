import Torch

/// Pulls a clip of the target moment towards the sentence and pushes the video's other clips away (CDNet, eq. 1 and 4).
///
/// −log [ e^{s_p/τ} / (e^{s_p/τ} + Σ_{i∈Ω⁻} e^{s_i/τ}) ], averaged over the batch. Rows without a clip to draw are left
/// out of the sum and of the count. With the similarity to one vector a sentence this is eq. 1; with that to the
/// words as each clip sees them it is eq. 4, the token level.
public struct IntraVideoContrast: Hashable, Sendable {
    /// τ.
    public var temperature: Double

    /// Makes the loss.
    public init(temperature: Double = 0.07) { self.temperature = temperature }

    /// The loss, one number.
    ///
    /// - Parameters:
    ///   - similarity: B×L, of each clip with its sentence.
    ///   - positives: p, one clip of each row.
    ///   - negatives: Ω⁻ as B×L, `bool`: valid clips outside every target moment.
    public func callAsFunction(similarity: Tensor, positives: DrawnClips, negatives: Tensor) -> Tensor {
        let logits = similarity / temperature
        let place = positives.indices.unsqueezed(1)
        let clips = Tensor.range(0..<similarity.size(1), device: similarity.device).unsqueezed(0)
        let candidates = negatives .| (clips .== place)
        let total = logits.masked(.!candidates, with: -.infinity).logSumExp(1)
        return meanOverFound(total - logits.gathered(place, 1).squeezed(1), positives.found)
    }
}

/// Pulls a clip of the target moment towards its own sentence and away from the batch's other sentences (CDNet, eq. 2).
///
/// −log [ e^{s_bb/τ} / Σ_c e^{s_bc/τ} ] over the sentences c of the batch. Symmetric adds the same over the clips of the
/// batch, as UniVTG does. Rows without a clip to draw are left out; their sentences still serve as negatives.
public struct InterVideoContrast: Hashable, Sendable {
    /// τ.
    public var temperature: Double
    /// Whether each sentence also chooses among the clips.
    public var symmetric: Bool

    /// Makes the loss.
    public init(temperature: Double = 0.07, symmetric: Bool = false) {
        self.temperature = temperature
        self.symmetric = symmetric
    }

    /// The loss, one number.
    ///
    /// - Parameters:
    ///   - clips: B×d, one clip of each video's target moment.
    ///   - sentences: B×d.
    ///   - found: B, `bool`: which rows have a clip.
    public func callAsFunction(clips: Tensor, sentences: Tensor, found: Tensor) -> Tensor {
        let logits = similarityMatrix(clips, sentences) / temperature
        let own = logits.diagonal()
        var loss = logits.logSumExp(1) - own
        if symmetric {
            // A clip that is not there is no candidate, except in its own row, which is left out below.
            let absent =
                (.!found).unsqueezed(1) .& (.!Tensor.identity(found.size(0), dtype: .bool, device: found.device))
            loss = loss + logits.masked(absent, with: -.infinity).logSumExp(0) - own
        }
        return meanOverFound(loss, found)
    }
}

/// The mean of the rows that are there; 0 where there are none.
private func meanOverFound(_ losses: Tensor, _ found: Tensor) -> Tensor {
    losses.masked(.!found, with: 0).sum() / found.to(losses.dtype).sum().clamped(min: 1)
}
