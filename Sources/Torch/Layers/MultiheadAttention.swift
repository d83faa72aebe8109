/// Attention with several heads, under the names of PyTorch's `nn.MultiheadAttention`.
public struct MultiheadAttention {
    /// 3d×d: the projections of query, key and value, one below the other.
    public let inProjectionWeight: Tensor
    /// 3d.
    public let inProjectionBias: Tensor
    /// d → d.
    public let outProjection: Linear
    /// Count of heads; it divides d.
    public let heads: Int
    /// Acts on the attention weights, in training only.
    public let dropout: Dropout

    /// Makes the layer with PyTorch's first values and names (`in_proj_weight`, `in_proj_bias`, `out_proj.…`).
    public init(_ scope: Scope, width: Int, heads: Int, dropout: Double = 0) {
        guard heads > 0 && width % heads == 0 else {
            fail("MultiheadAttention", [], "\(heads) heads do not divide a width of \(width)")
        }
        inProjectionWeight = scope.parameter("in_proj_weight", [3 * width, width], .xavierUniform)
        inProjectionBias = scope.parameter("in_proj_bias", [3 * width], .zeros)
        outProjection = Linear(scope / "out_proj", width, width, biases: .zeros)
        self.heads = heads
        self.dropout = Dropout(scope, dropout)
    }

    /// B×L×d, B×S×d, B×S×d → B×L×d.
    ///
    /// - Parameters:
    ///   - mask: Which keys take part: `bool`, B×S for keys alone, B×L×S, or B×H×L×S with one for each head. A query
    ///     without any key gets NaN, as in PyTorch.
    ///   - causal: A query sees only keys up to its own position.
    public func callAsFunction(
        query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, causal: Bool = false
    ) -> Tensor {
        let parts = projected(query, key, value)
        let mask = mask.map(broadcastOverHeads)
        let attended =
            causal ? nil : FusedAttention(parts, heads: heads, width: width)?(mask: mask, dropout: dropout)
        return outProjection(attended ?? attendStepByStep(parts, mask: mask, causal: causal))
    }

    private var width: Int { outProjection.weight.size(0) }

    /// Query, key and value after the input projection, with as few products as possible.
    private func projected(_ query: Tensor, _ key: Tensor, _ value: Tensor) -> AttentionParts {
        let all = 0..<(3 * width)
        if query.handle === key.handle && key.handle === value.handle {
            let x = project(query, all)
            return AttentionParts(query: (x, 0), key: (x, width), value: (x, 2 * width))
        }
        if query.handle === key.handle {
            let x = project(query, all.prefix(2 * width))
            return AttentionParts(query: (x, 0), key: (x, width), value: (project(value, all.suffix(width)), 0))
        }
        let q = (project(query, all.prefix(width)), 0)
        if key.handle === value.handle {
            let x = project(key, all.suffix(2 * width))
            return AttentionParts(query: q, key: (x, 0), value: (x, width))
        }
        return AttentionParts(
            query: q, key: (project(key, all[width..<(2 * width)]), 0), value: (project(value, all.suffix(width)), 0))
    }

    /// The attention weights, averaged over the heads: B×L×d, B×S×d → B×L×S. The mask is as in a call.
    public func weights(query: Tensor, key: Tensor, mask: Tensor? = nil) -> Tensor {
        let q = headed(project(query, 0..<width))
        let k = headed(project(key, width..<(2 * width)))
        return scores(q, k, mask: mask.map(broadcastOverHeads), causal: false).softmax(-1).mean(1)
    }

    /// By libtorch's own operations: B×L×d.
    private func attendStepByStep(_ parts: AttentionParts, mask: Tensor?, causal: Bool) -> Tensor {
        let (q, k, v) = (headed(parts.query), headed(parts.key), headed(parts.value))
        let attended = attend(q, k, v, mask: mask, causal: causal)
        return attended.transposed(1, 2).reshaped(q.size(0), q.size(2), width)
    }

    private func attend(_ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?, causal: Bool) -> Tensor {
        guard dropout.rate > 0 && dropout.store.isTraining else {
            if mask != nil && causal { return scores(q, k, mask: mask, causal: true).softmax(-1).matmul(v) }
            return .attention(query: q, key: k, value: v, mask: mask.map { penalties($0, q.dtype) }, causal: causal)
        }
        // libtorch's fused kernel has a dropout of its own, on one thread and from another generator.
        return dropout(scores(q, k, mask: mask, causal: causal).softmax(-1)).matmul(v)
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

    private func project(_ x: Tensor, _ rows: Range<Int>) -> Tensor {
        rows == 0..<(3 * width)
            ? x.linear(inProjectionWeight, inProjectionBias)
            : x.linear(inProjectionWeight[rows], inProjectionBias[rows])
    }

    private func headed(_ part: AttentionParts.Part) -> Tensor {
        headed(part.source.slice(-1, part.column, part.column + width))
    }

    /// B×L×d → B×H×L×d/H.
    private func headed(_ x: Tensor) -> Tensor {
        x.reshaped(x.size(0), x.size(1), heads, x.size(2) / heads).transposed(1, 2)
    }

    private func broadcastOverHeads(_ mask: Tensor) -> Tensor {
        switch mask.rank {
        case 2: mask.unsqueezed(1).unsqueezed(1)
        case 3: mask.unsqueezed(1)
        default: mask
        }
    }
}
