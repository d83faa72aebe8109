import Torch

/// The language-guided context encoder, eq. 6: F = LayerNorm(V) + LayerNorm(C).
///
/// V_t = MHA₁(V, T, T) is what each clip takes from the sentence. C = MHA₂ looks from clip to clip with queries and keys
/// V + V_t and values V, so that clips find each other by what the sentence makes of them.
public struct ContextEncoder {
    /// MHA₁: query V, key and value T.
    public let textAttention: MultiheadAttention
    /// MHA₂: query and key V + V_t, value V.
    public let videoAttention: MultiheadAttention
    /// Acts on V.
    public let videoNorm: LayerNorm
    /// Acts on C.
    public let contextNorm: LayerNorm

    /// Makes the layer.
    public init(_ scope: Scope, width: Int, heads: Int) {
        textAttention = MultiheadAttention(scope / "text_attention", width: width, heads: heads)
        videoAttention = MultiheadAttention(scope / "video_attention", width: width, heads: heads)
        videoNorm = LayerNorm(scope / "video_norm", width)
        contextNorm = LayerNorm(scope / "context_norm", width)
    }

    /// C: B×L×d clips and B×N×d words → B×L×d.
    ///
    /// - Parameters:
    ///   - video: V, the clips: B×L×d.
    ///   - text: T, the words: B×N×d.
    ///   - position: Added to queries and keys of MHA₂; broadcasts to B×L×d.
    ///   - videoMask: B×L, `bool`: true for a video's own clips; nil when all are.
    ///   - textMask: B×N, `bool`: true for a sentence's own words; nil when all are.
    public func context(
        _ video: Tensor, _ text: Tensor, position: Tensor? = nil, videoMask: Tensor?, textMask: Tensor?
    ) -> Tensor {
        var guided = video + textAttention(query: video, key: text, value: text, mask: textMask)
        if let position { guided += position }
        return videoAttention(query: guided, key: guided, value: video, mask: videoMask)
    }

    /// F: B×L×d clips and B×N×d words → B×L×d. The parameters are those of `context`.
    public func callAsFunction(
        _ video: Tensor, _ text: Tensor, position: Tensor? = nil, videoMask: Tensor?, textMask: Tensor?
    ) -> Tensor {
        let context = context(video, text, position: position, videoMask: videoMask, textMask: textMask)
        return videoNorm(video) + contextNorm(context)
    }
}
