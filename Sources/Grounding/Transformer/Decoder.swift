import Torch

/// One layer of a transformer decoder: queries see each other, then the memory, then go through a feed-forward network.
///
/// A position per query joins queries and keys at every layer (Carion et al., 2020). Names are PyTorch's (`self_attn`,
/// `multihead_attn`, `linear1`, `linear2`, `norm1`…`norm3`).
public struct DecoderLayer {
    /// How queries see each other.
    public let selfAttention: any AttentionLayer
    /// How queries see the memory.
    public let crossAttention: any AttentionLayer
    /// What each query goes through alone.
    public let feedForward: FeedForward
    /// Of self attention, cross attention and the feed-forward network.
    public let norms: [LayerNorm]
    /// Whether the norms come before their branches (pre-norm) instead of after the sums (post-norm).
    public let normFirst: Bool
    let residual: Residual

    /// Makes a post-norm layer.
    public init(
        _ scope: Scope, width: Int, heads: Int, hidden: Int, dropout: Double = 0.1, activation: Activation = .relu,
        dropPath: Double = 0
    ) {
        self.init(
            scope, width: width,
            selfAttention: MultiheadAttention(scope / "self_attn", width: width, heads: heads, dropout: dropout),
            crossAttention: MultiheadAttention(scope / "multihead_attn", width: width, heads: heads, dropout: dropout),
            feedForward: FeedForward(scope, width: width, hidden: hidden, dropout: dropout, activation: activation),
            normFirst: false, dropout: dropout, dropPath: dropPath)
    }

    /// Makes the layer of attentions and a network that are there already; its norms are `norm1`…`norm3`.
    ///
    /// - Parameters:
    ///   - scope: The place of the norms' names.
    ///   - width: d.
    ///   - selfAttention: How queries see each other.
    ///   - crossAttention: How queries see the memory.
    ///   - feedForward: What each query goes through alone.
    ///   - normFirst: Whether the norms come before their branches (pre-norm) instead of after the sums (post-norm).
    ///   - dropout: On the branches.
    ///   - dropPath: Share of samples that skip a branch in training.
    public init(
        _ scope: Scope, width: Int, selfAttention: any AttentionLayer, crossAttention: any AttentionLayer,
        feedForward: FeedForward, normFirst: Bool, dropout: Double, dropPath: Double = 0
    ) {
        self.selfAttention = selfAttention
        self.crossAttention = crossAttention
        self.feedForward = feedForward
        norms = (1...3).map { LayerNorm(scope / "norm\($0)", width) }
        self.normFirst = normFirst
        residual = Residual(scope, dropout: dropout, dropPath: dropPath)
    }

    /// B×Q×d → B×Q×d.
    ///
    /// - Parameters:
    ///   - x: The queries, B×Q×d.
    ///   - memory: B×L×d.
    ///   - queryPosition: Broadcast to B×Q×d.
    ///   - memoryPosition: Broadcast to B×L×d.
    ///   - memoryMask: B×L, `bool`: true for tokens that queries may see.
    ///   - queryMask: B×Q, `bool`: true for queries that others may see; nil for all.
    public func callAsFunction(
        _ x: Tensor, memory: Tensor, queryPosition: Tensor? = nil, memoryPosition: Tensor? = nil,
        memoryMask: Tensor? = nil, queryMask: Tensor? = nil
    ) -> Tensor {
        func placed(_ x: Tensor) -> Tensor { queryPosition.map { x + $0 } ?? x }
        let key = memoryPosition.map { memory + $0 } ?? memory
        func mix(_ x: Tensor) -> Tensor {
            let placed = placed(x)
            return selfAttention(query: placed, key: placed, value: x, mask: queryMask)
        }
        func see(_ x: Tensor) -> Tensor {
            crossAttention(query: placed(x), key: key, value: memory, mask: memoryMask)
        }
        return [mix, see, { feedForward($0) }].enumerated().reduce(x) { x, branch in
            let norm = norms[branch.offset]
            return normFirst
                ? residual(x, plus: branch.element(norm(x))) : norm(residual(x, plus: branch.element(x)))
        }
    }
}

/// A stack of decoder layers (`layers.0`, …) with one norm (`norm`) for the output of each of them.
public struct TransformerDecoder {
    /// First to last.
    public let layers: [DecoderLayer]
    /// Of every layer's output on its way out; the next layer gets it without.
    public let norm: LayerNorm

    /// Makes the stack.
    public init(
        _ scope: Scope, layers: Int, width: Int, heads: Int, hidden: Int, dropout: Double = 0.1,
        activation: Activation = .relu, dropPath: Double = 0
    ) {
        self.layers = (0..<layers).map {
            DecoderLayer(
                scope / "layers" / $0, width: width, heads: heads, hidden: hidden, dropout: dropout,
                activation: activation, dropPath: dropPath)
        }
        norm = LayerNorm(scope / "norm", width)
    }

    /// The output of every layer, first to last, each B×Q×d. The last one is the decoder's result, the others serve
    /// auxiliary losses.
    public func callAsFunction(
        _ x: Tensor, memory: Tensor, queryPosition: Tensor? = nil, memoryPosition: Tensor? = nil,
        memoryMask: Tensor? = nil
    ) -> [Tensor] {
        var x = x
        return layers.map { layer in
            x = layer(
                x, memory: memory, queryPosition: queryPosition, memoryPosition: memoryPosition, memoryMask: memoryMask)
            return norm(x)
        }
    }
}
