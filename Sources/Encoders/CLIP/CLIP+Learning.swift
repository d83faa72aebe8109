import Torch

extension CLIP {
    /// As ``encode(images:)``, recorded for gradients: N×3×S×S → N×embedding.
    public func embeddings(images: Tensor) -> Tensor { imageTower(images) }

    /// The vectors of sentences, recorded for gradients: N sentences of tokens, each from its start to its end → N×embedding.
    public func embeddings(tokens: [[Int]]) -> Tensor {
        let longest = tokens.map(\.count).max() ?? 0
        let padded = tokens.map { $0 + Array(repeating: 0, count: longest - $0.count) }
        return textTower.pooled(textTower(Tensor(padded)), ends: tokens.map { $0.count - 1 })
    }

    /// The logarithm of what cosines are multiplied by in the contrastive loss; learned.
    public var logitScale: Tensor { store["logit_scale"]! }
}
