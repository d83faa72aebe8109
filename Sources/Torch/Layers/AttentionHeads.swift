/// Scaled dot-product attention of several heads over queries, keys and values that are projected already.
///
/// What `MultiheadAttention` does between its two projections. Models that project in ways of their own use it as it is.
public struct AttentionHeads {
    /// Count of heads; it divides the widths.
    public let count: Int
    /// Acts on the attention weights, in training only.
    public let dropout: Dropout

    /// Makes the heads; they have no parameters.
    public init(_ scope: Scope, count: Int, dropout: Double = 0) {
        self.init(count: count, dropout: Dropout(scope, dropout))
    }

    init(count: Int, dropout: Dropout) {
        self.count = count
        self.dropout = dropout
    }

    /// B×L×d, B×S×d, B×S×e → B×L×e: softmax(Q·Kᵀ/√(d/heads))·V of each head. The widths d and e may differ.
    ///
    /// - Parameters:
    ///   - query: Q: B×L×d.
    ///   - key: K: B×S×d.
    ///   - value: V: B×S×e.
    ///   - mask: Which keys take part: `bool`, B×S for keys alone, B×L×S, or B×H×L×S with one for each head. A query
    ///     without any key gets NaN, as in PyTorch.
    public func callAsFunction(query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil) -> Tensor {
        let parts = AttentionParts(query: (query, 0), key: (key, 0), value: (value, 0))
        return self(parts, keyWidth: query.size(-1), valueWidth: value.size(-1), mask: mask, causal: false)
    }

    /// The same of columns of larger tensors. With `causal` a query sees only keys up to its own position.
    func callAsFunction(
        _ parts: AttentionParts, keyWidth: Int, valueWidth: Int, mask: Tensor?, causal: Bool
    ) -> Tensor {
        let mask = mask.map(broadcastOverHeads)
        let isEven = keyWidth == valueWidth
        if isEven, !causal, let fused = FusedAttention(parts, heads: count, width: keyWidth) {
            return fused(mask: mask, dropout: dropout)
        }
        let (q, k) = (headed(parts.query, keyWidth), headed(parts.key, keyWidth))
        let v = headed(parts.value, valueWidth)
        let attended = attend(q, k, v, mask: mask, causal: causal, isEven: isEven)
        return attended.transposed(1, 2).reshaped(q.size(0), q.size(2), valueWidth)
    }

    /// The attention weights, averaged over the heads: B×L×d, B×S×d → B×L×S. The mask is as in a call.
    func weights(query: Tensor, key: Tensor, mask: Tensor?) -> Tensor {
        let width = query.size(-1)
        return scores(
            headed((query, 0), width), headed((key, 0), width), mask: mask.map(broadcastOverHeads), causal: false
        ).softmax(-1).mean(1)
    }

    private func attend(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?, causal: Bool, isEven: Bool
    ) -> Tensor {
        let isDropping = dropout.rate > 0 && dropout.store.isTraining
        // libtorch's fused kernel has a dropout of its own, on one thread and from another generator.
        guard isEven, !isDropping, mask == nil || !causal else {
            return dropout(scores(q, k, mask: mask, causal: causal).softmax(-1)).matmul(v)
        }
        return .attention(query: q, key: k, value: v, mask: mask.map { penalties($0, q.dtype) }, causal: causal)
    }

    /// 0 for keys that take part, −∞ for others, and NaN for queries without any key, for which the fused kernel would
    /// otherwise answer 0: −∞ − (−∞) is NaN.
    private func penalties(_ mask: Tensor, _ dtype: DType) -> Tensor {
        let penalties = mask.to(dtype).log()
        return penalties - penalties.max(-1, keep: true)
    }

    private func scores(_ q: Tensor, _ k: Tensor, mask: Tensor?, causal: Bool) -> Tensor {
        var scores = (q * (1 / Double(q.size(-1)).squareRoot())).matmul(k.transposed())
        if let mask { scores = scores.masked(.!mask, with: -.infinity) }
        if causal {
            let allowed = Tensor.ones([q.size(-2), k.size(-2)], dtype: .bool, device: q.device).lowerTriangle()
            scores = scores.masked(.!allowed, with: -.infinity)
        }
        return scores
    }

    private func headed(_ part: AttentionParts.Part, _ width: Int) -> Tensor {
        let x = part.source.slice(-1, part.column, part.column + width)
        // B×L×d → B×H×L×d/H.
        return x.reshaped(x.size(0), x.size(1), count, width / count).transposed(1, 2)
    }

    private func broadcastOverHeads(_ mask: Tensor) -> Tensor {
        switch mask.rank {
        case 2: mask.unsqueezed(1).unsqueezed(1)
        case 3: mask.unsqueezed(1)
        default: mask
        }
    }
}
