import Torch

/// One layer of a transformer decoder: queries see each other, then the memory, then go through a feed-forward network.
///
/// Post-norm, with a learned position per query that joins queries and keys at every layer (Carion et al., 2020). Names
/// are PyTorch's (`self_attn`, `multihead_attn`, `linear1`, `linear2`, `norm1`…`norm3`).
public struct DecoderLayer {
    /// How queries see each other.
    public let selfAttention: MultiheadAttention
    /// How queries see the memory.
    public let crossAttention: MultiheadAttention
    /// What each query goes through alone.
    public let feedForward: FeedForward
    /// After self attention, cross attention and the feed-forward network.
    public let norms: [LayerNorm]
    let residual: Residual

    /// Makes the layer.
    public init(
        _ scope: Scope, width: Int, heads: Int, hidden: Int, dropout: Double = 0.1, activation: Activation = .relu,
        dropPath: Double = 0
    ) {
        selfAttention = MultiheadAttention(scope / "self_attn", width: width, heads: heads, dropout: dropout)
        crossAttention = MultiheadAttention(scope / "multihead_attn", width: width, heads: heads, dropout: dropout)
        feedForward = FeedForward(scope, width: width, hidden: hidden, dropout: dropout, activation: activation)
        norms = (1...3).map { LayerNorm(scope / "norm\($0)", width) }
        residual = Residual(scope, dropout: dropout, dropPath: dropPath)
    }

    /// B×Q×d → B×Q×d.
    ///
    /// - Parameters:
    ///   - memory: B×L×d.
    ///   - queryPosition: Broadcast to B×Q×d.
    ///   - memoryPosition: Broadcast to B×L×d.
    ///   - memoryMask: B×L, `bool`: true for tokens that queries may see.
    public func callAsFunction(
        _ x: Tensor, memory: Tensor, queryPosition: Tensor? = nil, memoryPosition: Tensor? = nil,
        memoryMask: Tensor? = nil
    ) -> Tensor {
        let placed = queryPosition.map { x + $0 } ?? x
        let mixed = norms[0](residual(x, plus: selfAttention(query: placed, key: placed, value: x)))
        let key = memoryPosition.map { memory + $0 } ?? memory
        let query = queryPosition.map { mixed + $0 } ?? mixed
        let seen = norms[1](
            residual(mixed, plus: crossAttention(query: query, key: key, value: memory, mask: memoryMask)))
        return norms[2](residual(seen, plus: feedForward(seen)))
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
