import Torch

/// How much each clip has to do with the sentence, eq. 7.
///
/// S_i = α · exp(−(1 − cos(f_v(V_i), f_t(T̂_i)))² / (2σ²)): near 0 for an irrelevant clip, α for a fully aligned one, and
/// in between for one that is partly aligned. Restored from VLTVG's verification score.
public struct RelevanceScore {
    /// f_v, d → d.
    public let videoProjection: Linear
    /// f_t, d → d.
    public let textProjection: Linear
    /// α: 1 number.
    public let scale: Tensor
    /// σ: 1 number.
    public let deviation: Tensor

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - scale: Where α starts.
    ///   - deviation: Where σ starts.
    public init(_ scope: Scope, width: Int, scale: Double = 1, deviation: Double = 0.5) {
        videoProjection = Linear(scope / "video", width, width)
        textProjection = Linear(scope / "text", width, width)
        self.scale = scope.parameter("scale", [1], .constant(scale))
        self.deviation = scope.parameter("deviation", [1], .constant(deviation))
    }

    /// S: B×L×d clips V and B×L×d words as each clip sees them T̂ → B×L.
    public func callAsFunction(_ video: Tensor, _ wordsByClip: Tensor) -> Tensor {
        let cosine = cosine(video, wordsByClip)
        return scale * ((1 - cosine).squared() / (deviation.squared() * -2)).exp()
    }

    /// cos(f_v(V_i), f_t(T̂_i)): B×L.
    public func cosine(_ video: Tensor, _ wordsByClip: Tensor) -> Tensor {
        videoProjection(video).cosineSimilarity(textProjection(wordsByClip), -1, eps: 1e-12)
    }
}
