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
    ///   - query: Of those that look: B×L×d.
    ///   - key: Of those that are looked at: B×S×d.
    ///   - value: What is taken from these: B×S×d.
    ///   - mask: Which keys take part: `bool`, B×S for keys alone, B×L×S, or B×H×L×S with one for each head. A query
    ///     without any key gets NaN, as in PyTorch.
    ///   - causal: A query sees only keys up to its own position.
    public func callAsFunction(
        query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, causal: Bool = false
    ) -> Tensor {
        let attended = core(
            projected(query, key, value), keyWidth: width, valueWidth: width, mask: mask, causal: causal)
        return outProjection(attended)
    }

    private var core: AttentionHeads { AttentionHeads(count: heads, dropout: dropout) }

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
        core.weights(query: project(query, 0..<width), key: project(key, width..<(2 * width)), mask: mask)
    }

    private func project(_ x: Tensor, _ rows: Range<Int>) -> Tensor {
        rows == 0..<(3 * width)
            ? x.linear(inProjectionWeight, inProjectionBias)
            : x.linear(inProjectionWeight[rows], inProjectionBias[rows])
    }
}
