import Torch

/// Query-guided semantic disentanglement, QSD (section 3.1): what in the video belongs to the sentence.
///
/// It makes the tensors that the contrastive losses of eqs. 1, 2 and 4 compare, the context F (eq. 6), the relevance S
/// (eq. 7), and the disentangled clips Ṽ_i = S_i · F_i.
public struct SemanticDisentanglement {
    /// Q from the words.
    public let pooling: QueryPooling
    /// Eq. 3: query V, key and value T. Nil where neither the token loss nor the relevance score needs it.
    public let wordAttention: MultiheadAttention?
    /// Eq. 6.
    public let contextEncoder: ContextEncoder
    /// Eq. 7; nil where all clips count alike.
    public let relevanceScore: RelevanceScore?

    /// What the module makes of a batch.
    public struct Output {
        /// Q: B×d.
        public let query: Tensor
        /// T̂ of eq. 3: B×L×d; nil where nothing needs it.
        public let wordsByClip: Tensor?
        /// F of eq. 6: B×L×d.
        public let context: Tensor
        /// S of eq. 7: B×L, zero beyond a video's own clips; nil where all clips count alike.
        public let relevance: Tensor?
        /// Ṽ: B×L×d, zero beyond a video's own clips.
        public let video: Tensor
    }

    /// Makes the module.
    public init(_ scope: Scope, _ configuration: CDNetConfiguration) {
        let (width, heads) = (configuration.hiddenSize, configuration.heads)
        pooling = QueryPooling(scope / "pooling", width: width)
        let needsWords = configuration.usesTokenLoss || configuration.usesRelevanceScore
        wordAttention =
            needsWords ? MultiheadAttention(scope / "word_attention", width: width, heads: heads) : nil
        contextEncoder = ContextEncoder(scope / "context", width: width, heads: heads)
        relevanceScore =
            configuration.usesRelevanceScore
            ? RelevanceScore(
                scope / "relevance", width: width, layers: configuration.relevanceLayers,
                scale: configuration.relevanceScale, deviation: configuration.relevanceDeviation,
                power: configuration.relevancePower, startsAsCosine: configuration.relevanceStartsAsCosine) : nil
    }

    /// B×L×d clips V and B×N×d words T.
    ///
    /// - Parameters:
    ///   - video: V, the projected clips: B×L×d.
    ///   - text: T, the projected words: B×N×d.
    ///   - position: For the context encoder; broadcasts to B×L×d.
    ///   - videoMask: B×L, `bool`: true for a video's own clips; nil when all are.
    ///   - textMask: B×N, `bool`: true for a sentence's own words; nil when all are.
    public func callAsFunction(
        _ video: Tensor, _ text: Tensor, position: Tensor?, videoMask: Tensor?, textMask: Tensor?
    ) -> Output {
        let wordsByClip = wordAttention?(query: video, key: text, value: text, mask: textMask)
        let context = contextEncoder(
            video, text, position: position, videoMask: videoMask, textMask: textMask)
        var relevance: Tensor?
        if let relevanceScore, let wordsByClip {
            relevance = relevanceScore(video, wordsByClip).withoutPadding(videoMask)
        }
        return Output(
            query: pooling(text, mask: textMask), wordsByClip: wordsByClip, context: context, relevance: relevance,
            video: relevance.map { context * $0.unsqueezed(-1) } ?? context.withoutPadding(videoMask))
    }
}
