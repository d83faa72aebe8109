import Torch

/// One layer of a transformer encoder: self attention, then a feed-forward network, each with a residual and a norm.
///
/// Positions join queries and keys, never values (Carion et al., 2020). Names are PyTorch's (`self_attn`, `linear1`,
/// `linear2`, `norm1`, `norm2`).
public struct EncoderLayer {
    /// How tokens see each other.
    public let attention: any AttentionLayer
    /// What each token goes through alone.
    public let feedForward: FeedForward
    /// Of the attention's branch.
    public let attentionNorm: LayerNorm
    /// Of the feed-forward network's branch.
    public let feedForwardNorm: LayerNorm
    /// Whether the norm comes before the branch (pre-norm) instead of after the sum (post-norm).
    public let normFirst: Bool
    let residual: Residual

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - scope: The place of PyTorch's names.
    ///   - width: d.
    ///   - heads: Count of heads; it divides d.
    ///   - hidden: Width between the two layers of the feed-forward network.
    ///   - dropout: On attention weights, on both branches and inside the feed-forward network.
    ///   - activation: Between the two layers of the feed-forward network.
    ///   - normFirst: Whether the norm comes before the branch (pre-norm) instead of after the sum (post-norm).
    ///   - dropPath: Share of samples that skip a branch in training.
    ///   - branchDropout: On both branches and inside the feed-forward network, where that is not `dropout`.
    public init(
        _ scope: Scope, width: Int, heads: Int, hidden: Int, dropout: Double = 0.1, activation: Activation = .relu,
        normFirst: Bool = false, dropPath: Double = 0, branchDropout: Double? = nil
    ) {
        let branchDropout = branchDropout ?? dropout
        self.init(
            scope, width: width,
            attention: MultiheadAttention(scope / "self_attn", width: width, heads: heads, dropout: dropout),
            feedForward: FeedForward(
                scope, width: width, hidden: hidden, dropout: branchDropout, activation: activation),
            normFirst: normFirst, dropout: branchDropout, dropPath: dropPath)
    }

    /// Makes the layer of an attention and a network that are there already; its norms are `norm1` and `norm2`.
    ///
    /// - Parameters:
    ///   - scope: The place of the norms' names.
    ///   - width: d.
    ///   - attention: How tokens see each other.
    ///   - feedForward: What each token goes through alone.
    ///   - normFirst: Whether the norm comes before the branch (pre-norm) instead of after the sum (post-norm).
    ///   - dropout: On both branches.
    ///   - dropPath: Share of samples that skip a branch in training.
    public init(
        _ scope: Scope, width: Int, attention: any AttentionLayer, feedForward: FeedForward, normFirst: Bool,
        dropout: Double, dropPath: Double = 0
    ) {
        self.attention = attention
        self.feedForward = feedForward
        attentionNorm = LayerNorm(scope / "norm1", width)
        feedForwardNorm = LayerNorm(scope / "norm2", width)
        residual = Residual(scope, dropout: dropout, dropPath: dropPath)
        self.normFirst = normFirst
    }

    /// B×L×d → B×L×d.
    ///
    /// - Parameters:
    ///   - x: The tokens, B×L×d.
    ///   - position: Broadcast to B×L×d.
    ///   - mask: B×L, `bool`: true for tokens that others may see.
    public func callAsFunction(_ x: Tensor, position: Tensor? = nil, mask: Tensor? = nil) -> Tensor {
        if normFirst {
            let attended = residual(x, plus: attend(attentionNorm(x), position, mask))
            return residual(attended, plus: feedForward(feedForwardNorm(attended)))
        }
        let attended = attentionNorm(residual(x, plus: attend(x, position, mask)))
        return feedForwardNorm(residual(attended, plus: feedForward(attended)))
    }

    private func attend(_ x: Tensor, _ position: Tensor?, _ mask: Tensor?) -> Tensor {
        let query = position.map { x + $0 } ?? x
        return attention(query: query, key: query, value: x, mask: mask)
    }
}

/// A stack of encoder layers (`layers.0`, `layers.1`, …), by default with a norm at its end where layers are pre-norm
/// (`norm`).
public struct TransformerEncoder {
    /// First to last.
    public let layers: [EncoderLayer]
    /// Of the last layer's output; pre-norm stacks need one.
    public let norm: LayerNorm?

    /// Makes the stack.
    ///
    /// - Parameters:
    ///   - scope: The place of the names `layers` and `norm`.
    ///   - layers: How many there are.
    ///   - width: d.
    ///   - heads: Count of heads; it divides d.
    ///   - hidden: Width between the two layers of a feed-forward network.
    ///   - dropout: On attention weights, on both branches and inside the feed-forward networks.
    ///   - activation: Between the two layers of a feed-forward network.
    ///   - normFirst: Whether a norm comes before its branch (pre-norm) instead of after the sum (post-norm).
    ///   - dropPath: Share of samples that skip a branch in training.
    ///   - branchDropout: On both branches and inside the feed-forward networks, where that is not `dropout`.
    ///   - finalNorm: Whether a norm follows the last layer; by default where layers are pre-norm.
    public init(
        _ scope: Scope, layers: Int, width: Int, heads: Int, hidden: Int, dropout: Double = 0.1,
        activation: Activation = .relu, normFirst: Bool = false, dropPath: Double = 0, branchDropout: Double? = nil,
        finalNorm: Bool? = nil
    ) {
        self.layers = (0..<layers).map {
            EncoderLayer(
                scope / "layers" / $0, width: width, heads: heads, hidden: hidden, dropout: dropout,
                activation: activation, normFirst: normFirst, dropPath: dropPath, branchDropout: branchDropout)
        }
        norm = finalNorm ?? normFirst ? LayerNorm(scope / "norm", width) : nil
    }

    /// B×L×d → B×L×d; position and mask as in `EncoderLayer`.
    public func callAsFunction(_ x: Tensor, position: Tensor? = nil, mask: Tensor? = nil) -> Tensor {
        let output = layers.reduce(x) { $1($0, position: position, mask: mask) }
        return norm?(output) ?? output
    }
}
