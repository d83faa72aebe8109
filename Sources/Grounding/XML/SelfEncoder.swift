import Torch

/// Self attention with a residual and a norm, and no feed-forward network, under BERT's names (`self`, `output`).
///
/// XML's self-encoder: LayerNorm(x + dropout(W·attention(x) + b)).
struct SelfEncoder {
    private let attention: SplitAttention
    private let output: Linear
    private let norm: LayerNorm
    private let dropout: Dropout

    init(_ scope: Scope, width: Int, heads: Int, dropout: Double) {
        attention = .bert(scope / "self", width: width, heads: heads, dropout: dropout)
        output = Linear(scope / "output" / "dense", width, width, weights: .normal(deviation: 0.02), biases: .zeros)
        norm = LayerNorm(scope / "output" / "LayerNorm", width)
        self.dropout = Dropout(scope, dropout)
    }

    /// B×L×d → B×L×d, with a `bool` mask B×L: true for tokens that others may see.
    func callAsFunction(_ x: Tensor, mask: Tensor?) -> Tensor {
        norm(x + dropout(output(attention(query: x, key: x, value: x, mask: mask))))
    }
}

/// Attention of one modality to another with a residual and a norm, then a self-encoder: XML's cross-encoder.
struct CrossEncoder {
    private let attention: SplitAttention
    private let norm: LayerNorm
    private let encoder: SelfEncoder

    /// Makes `NAME_cross_att`, `NAME_cross_layernorm` and `NAME_encoder2` of a modality.
    init(_ root: Scope, modality: String, width: Int, heads: Int, dropout: Double) {
        attention = .bert(root / "\(modality)_cross_att", width: width, heads: heads, dropout: dropout)
        norm = LayerNorm(root / "\(modality)_cross_layernorm", width)
        encoder = SelfEncoder(root / "\(modality)_encoder2", width: width, heads: heads, dropout: dropout)
    }

    /// B×L×d of the one and of the other modality → B×L×d.
    func callAsFunction(_ x: Tensor, seeing other: Tensor, mask: Tensor?) -> Tensor {
        encoder(norm(attention(query: x, key: other, value: other, mask: mask) + x), mask: mask)
    }
}

extension SplitAttention {
    /// BERT's: heads side by side are the result.
    fileprivate static func bert(_ scope: Scope, width: Int, heads: Int, dropout: Double) -> SplitAttention {
        SplitAttention(
            scope, names: Names(query: "query", key: "key", value: "value", output: nil), width: width, heads: heads,
            dropout: dropout, weights: .normal(deviation: 0.02), biases: .zeros)
    }
}
