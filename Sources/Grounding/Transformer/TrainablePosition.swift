import Torch

/// Learned positions, added to the tokens: LayerNorm(x + position), then dropout.
///
/// As Moment-DETR's position embedding of words, under its names (`position_embeddings.weight`, `LayerNorm.…`).
public struct TrainablePosition {
    /// One vector a place.
    public let places: Embedding
    /// After the sum.
    public let norm: LayerNorm
    /// After the norm, in training only.
    public let dropout: Dropout

    /// Makes the layer for sequences of up to `limit` tokens.
    public init(_ scope: Scope, limit: Int, width: Int, dropout: Double = 0.1) {
        places = Embedding(scope / "position_embeddings", limit, width, weights: .normal(deviation: 0.02))
        norm = LayerNorm(scope / "LayerNorm", width)
        self.dropout = Dropout(scope, dropout)
    }

    /// B×N×d → B×N×d; N is at most the layer's limit.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let count = x.size(1)
        precondition(count <= places.weight.size(0), "\(count) tokens, but places for \(places.weight.size(0)) only")
        return dropout(norm(x + places.weight[..<count].unsqueezed(0)))
    }
}
