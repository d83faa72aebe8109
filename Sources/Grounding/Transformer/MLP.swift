import Torch

/// Linear layers with ReLU between them (`layers.0`, `layers.1`, …); the last has none.
public struct MLP {
    /// First to last.
    public let layers: [Linear]

    /// Makes `layers` linear layers from `inputs` over `hidden` to `outputs`.
    public init(
        _ scope: Scope, inputs: Int, hidden: Int, outputs: Int, layers: Int, weights: Initializer = .fanIn,
        biases: Initializer? = nil
    ) {
        precondition(layers > 0, "an MLP has at least one layer")
        let widths = [inputs] + [Int](repeating: hidden, count: layers - 1) + [outputs]
        self.layers = (0..<layers).map {
            Linear(scope / "layers" / $0, widths[$0], widths[$0 + 1], weights: weights, biases: biases)
        }
    }

    /// …×inputs → …×outputs.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        layers.enumerated().reduce(x) { $1.element($1.offset == 0 ? $0 : $0.relu()) }
    }
}
