import Torch

/// How much each clip has to do with the sentence, eq. 7.
///
/// S_i = α · exp(−(1 − cos(f_v(V_i), f_t(T̂_i)))² / (2σ²)): near 0 for an irrelevant clip, α for a fully aligned one, and
/// in between for one that is partly aligned. Restored from VLTVG's verification score, which leaves the power open.
public struct RelevanceScore {
    /// f_v, d → d.
    public let videoProjection: MLP
    /// f_t, d → d.
    public let textProjection: MLP
    /// α: 1 number.
    public let scale: Tensor
    /// σ: 1 number.
    public let deviation: Tensor
    /// The power of 1 − cos.
    public let power: Double

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - scope: The place of the names `video`, `text`, `scale` and `deviation`.
    ///   - width: d.
    ///   - layers: Layers of f_v and of f_t.
    ///   - scale: Where α starts.
    ///   - deviation: Where σ starts.
    ///   - power: The power of 1 − cos.
    ///   - startsAsCosine: f_v and f_t, of one layer each, start as the identity, so that the score starts as that of
    ///     cos(V_i, T̂_i), which the token-level loss (eq. 4) teaches directly. Else they start apart, and the score says
    ///     nothing until the grounding loss has found both.
    public init(
        _ scope: Scope, width: Int, layers: Int = 1, scale: Double = 1, deviation: Double = 0.5, power: Double = 2,
        startsAsCosine: Bool = true
    ) {
        func projection(_ name: String) -> MLP {
            MLP(
                scope / name, inputs: width, hidden: width, outputs: width, layers: layers,
                weights: startsAsCosine ? .identity : .fanIn, biases: startsAsCosine ? .zeros : nil)
        }
        videoProjection = projection("video")
        textProjection = projection("text")
        self.power = power
        self.scale = scope.parameter("scale", [1], .constant(scale))
        self.deviation = scope.parameter("deviation", [1], .constant(deviation))
    }

    /// S: B×L×d clips V and B×L×d words as each clip sees them T̂ → B×L.
    public func callAsFunction(_ video: Tensor, _ wordsByClip: Tensor) -> Tensor {
        let distance = 1 - cosine(video, wordsByClip)
        // Rounding takes the distance below zero, where a broken power is not a number.
        let raised = power == 2 ? distance.squared() : distance.clamped(min: 1e-12).pow(power)
        return scale * (raised / (deviation.squared() * -2)).exp()
    }

    /// cos(f_v(V_i), f_t(T̂_i)): B×L.
    public func cosine(_ video: Tensor, _ wordsByClip: Tensor) -> Tensor {
        videoProjection(video).withSmallNumbers
            .cosineSimilarity(textProjection(wordsByClip).withSmallNumbers, -1, eps: 1e-12)
    }
}
