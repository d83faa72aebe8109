import Torch

/// Linear, activation, dropout, linear: the position-wise part of a transformer layer (`linear1`, `linear2`).
public struct FeedForward {
    /// d → hidden.
    public let expand: Linear
    /// hidden → d.
    public let contract: Linear
    /// Between the two.
    public let activation: Activation
    /// The activation's learned slope below 0 (`activation.weight`); nil where it has none.
    public let slope: Tensor?
    /// After the activation, in training only.
    public let dropout: Dropout

    /// Makes the two layers directly in `scope`, where PyTorch's transformer layers have them.
    ///
    /// - Parameters:
    ///   - scope: The place of the two layers' names.
    ///   - width: d.
    ///   - hidden: Width between the two layers.
    ///   - dropout: After the activation, in training only.
    ///   - activation: Between the two layers.
    ///   - weights: First values of both layers' weights.
    ///   - biases: First values of both layers' biases; nil for PyTorch's random ones.
    ///   - names: Of the two layers.
    public init(
        _ scope: Scope, width: Int, hidden: Int, dropout: Double = 0, activation: Activation = .relu,
        weights: Initializer = .xavierUniform, biases: Initializer? = nil,
        names: (expand: String, contract: String) = ("linear1", "linear2")
    ) {
        expand = Linear(scope / names.expand, width, hidden, weights: weights, biases: biases)
        contract = Linear(scope / names.contract, hidden, width, weights: weights, biases: biases)
        self.activation = activation
        slope = activation == .prelu ? (scope / "activation").parameter("weight", [1], .constant(0.25)) : nil
        self.dropout = Dropout(scope, dropout)
    }

    /// …×d → …×d.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch activation {
        case .relu: contract(expand.rectified(x, dropout: dropout))
        case .gelu, .prelu: contract(dropout(activation(expand(x), slope: slope)))
        }
    }
}

/// What a residual branch goes through before it is added: dropout of elements, then of whole samples.
struct Residual {
    let dropout: Dropout
    let dropPath: DropPath

    init(_ scope: Scope, dropout: Double, dropPath: Double = 0) {
        self.dropout = Dropout(scope, dropout)
        self.dropPath = DropPath(scope, dropPath)
    }

    func callAsFunction(_ x: Tensor, plus branch: Tensor) -> Tensor { x + dropPath(dropout(branch)) }
}
