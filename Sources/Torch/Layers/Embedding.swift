/// A learned vector for each whole number.
public struct Embedding {
    /// entries×d.
    public let weight: Tensor

    /// Makes the layer with PyTorch's name (`weight`).
    public init(_ scope: Scope, _ entries: Int, _ width: Int, weights: Initializer = .normal(deviation: 1)) {
        weight = scope.parameter("weight", [entries, width], weights)
    }

    /// `int64` of any shape → …×d.
    public func callAsFunction(_ indices: Tensor) -> Tensor { weight.embedding(indices) }
}
