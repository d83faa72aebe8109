import Torch

extension CLIP {
    /// As ``encode(images:)``, recorded for gradients: N×3×S×S → N×embedding.
    ///
    /// Whoever calls this is about to change the parameters: what was packed for ``encode(images:)`` is packed anew.
    public func embeddings(images: Tensor) -> Tensor {
        forgetPrepared()
        return imageTower(images)
    }

    /// The vectors of sentences, recorded for gradients: N sentences of tokens, each from its start to its end → N×embedding.
    public func embeddings(tokens: [[Int]]) -> Tensor {
        let longest = tokens.map(\.count).max() ?? 0
        let padded = tokens.map { $0 + Array(repeating: 0, count: longest - $0.count) }
        return textTower.pooled(textTower(Tensor(padded).to(store.device)), ends: tokens.map { $0.count - 1 })
    }

    /// The logarithm of what cosines are multiplied by in the contrastive loss; learned.
    public var logitScale: Tensor { store["logit_scale"]! }
}

extension CLIPImageTower {
    /// Operation by operation, so that gradients are recorded: N×3×S×S → N×embedding.
    func callAsFunction(_ images: Tensor) -> Tensor {
        let encoded = transformer(inputNorm(tokens(images)), causal: false)
        return outputNorm(encoded.entry(0, 1)).matmul(projection)
    }

    /// The class token and the patches with their places: N×(1 + patches)×width.
    ///
    /// The patches do not overlap, so that their convolution is one matrix product.
    private func tokens(_ images: Tensor) -> Tensor {
        let count = images.size(0)
        let side = images.size(2) / patchSize
        let patches = images.reshaped(count, 3, side, patchSize, side, patchSize).permuted(0, 2, 4, 1, 3, 5)
            .reshaped(count, side * side, 3 * patchSize * patchSize)
        let embedded = patches.linear(patchWeight.reshaped(patchWeight.size(0), -1))
        let first = classEmbedding.reshaped(1, 1, -1).expanded(count, 1, classEmbedding.size(0))
        return Tensor.concatenated([first, embedded], 1) + positions
    }
}
