import Torch

/// LayerNorm over the input's width, dropout, linear, and ReLU where wanted: how features of any width enter a model.
///
/// Under Moment-DETR's names (`LayerNorm`, `net.1`).
public struct ProjectionLayer {
    /// Over the input's width.
    public let norm: LayerNorm
    /// Before the linear layer, in training only.
    public let dropout: Dropout
    /// inputs → outputs.
    public let linear: Linear
    /// Whether a ReLU follows.
    public let rectified: Bool

    /// Makes the layer.
    public init(_ scope: Scope, inputs: Int, outputs: Int, dropout: Double = 0.1, rectified: Bool) {
        norm = LayerNorm(scope / "LayerNorm", inputs)
        self.dropout = Dropout(scope, dropout)
        linear = Linear(scope / "net" / 1, inputs, outputs)
        self.rectified = rectified
    }

    /// …×inputs → …×outputs.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        linear.normalized(x, norm, dropout, rectified: rectified)
    }
}

/// A stack of projection layers (`0`, `1`, …) from a feature's width to the model's; all but the last have a ReLU.
///
/// Padding does not stay zero in it: biases and norms give it values. Mask it afterwards.
public struct InputProjection {
    /// First to last.
    public let layers: [ProjectionLayer]

    /// Makes the stack.
    public init(_ scope: Scope, inputs: Int, outputs: Int, layers: Int = 2, dropout: Double = 0.5) {
        precondition(layers > 0, "a projection has at least one layer")
        self.layers = (0..<layers).map {
            ProjectionLayer(
                scope / $0, inputs: $0 == 0 ? inputs : outputs, outputs: outputs, dropout: dropout,
                rectified: $0 < layers - 1)
        }
    }

    /// …×inputs → …×outputs.
    public func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0) } }
}
