import Torch

/// Linear, activation, dropout, linear: the position-wise part of a transformer layer (`linear1`, `linear2`).
public struct FeedForward {
    /// d → hidden.
    public let expand: Linear
    /// hidden → d.
    public let contract: Linear
    /// Between the two.
    public let activation: Activation
    /// After the activation, in training only.
    public let dropout: Dropout

    /// Makes the two layers directly in `scope`, where PyTorch's transformer layers have them.
    public init(
        _ scope: Scope, width: Int, hidden: Int, dropout: Double = 0, activation: Activation = .relu,
        weights: Initializer = .xavierUniform
    ) {
        expand = Linear(scope / "linear1", width, hidden, weights: weights)
        contract = Linear(scope / "linear2", hidden, width, weights: weights)
        self.activation = activation
        self.dropout = Dropout(scope, dropout)
    }

    /// …×d → …×d.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch activation {
        case .relu: contract(expand.rectified(x, dropout: dropout))
        case .gelu: contract(dropout(activation(expand(x))))
        }
    }
}

/// What a residual branch goes through before it is added: dropout of elements, then of whole samples.
struct Residual {
    let dropout: Dropout
    let dropPath: DropPath

    init(_ scope: Scope, dropout: Double, dropPath: Double) {
        self.dropout = Dropout(scope, dropout)
        self.dropPath = DropPath(scope, dropPath)
    }

    func callAsFunction(_ x: Tensor, plus branch: Tensor) -> Tensor { x + dropPath(dropout(branch)) }
}
