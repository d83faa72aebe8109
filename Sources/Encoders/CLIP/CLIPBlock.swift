import Torch

/// One layer of either tower: attention and a feed-forward network, each after a norm and added to what came in. Images
/// that nobody learns from go through ``CLIPImageEncoder`` instead.
struct CLIPBlock {
    let attention: MultiheadAttention
    let attentionNorm: LayerNorm
    let expand, contract: Linear
    let feedForwardNorm: LayerNorm

    /// Makes the layer under OpenAI's names.
    init(_ scope: Scope, width: Int, heads: Int) {
        attention = MultiheadAttention(scope / "attn", width: width, heads: heads)
        attentionNorm = LayerNorm(scope / "ln_1", width)
        expand = Linear(scope / "mlp" / "c_fc", width, 4 * width)
        contract = Linear(scope / "mlp" / "c_proj", 4 * width, width)
        feedForwardNorm = LayerNorm(scope / "ln_2", width)
    }

    /// B×N×d → B×N×d. In a causal layer a token sees only those before it.
    func callAsFunction(_ x: Tensor, causal: Bool) -> Tensor {
        let normed = attentionNorm(x)
        let attended = x + attention(query: normed, key: normed, value: normed, causal: causal)
        return attended + contract(Self.quickGELU(expand(feedForwardNorm(attended))))
    }

    /// x · σ(1.702 x): OpenAI's models were trained with it, where others have the exact function.
    static func quickGELU(_ x: Tensor) -> Tensor { x * (x * 1.702).sigmoid() }
}

/// A tower's layers, one after the other.
struct CLIPTransformer {
    let layers: [CLIPBlock]

    init(_ scope: Scope, width: Int, layers: Int, heads: Int) {
        self.layers = (0..<layers).map { CLIPBlock(scope / "resblocks" / $0, width: width, heads: heads) }
    }

    func callAsFunction(_ x: Tensor, causal: Bool) -> Tensor {
        layers.reduce(x) { $1($0, causal: causal) }
    }
}
