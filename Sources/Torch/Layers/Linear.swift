/// x·Wᵀ + b.
public struct Linear {
    /// out×in.
    public let weight: Tensor
    /// out; nil without a bias.
    public let bias: Tensor?

    /// Makes the layer with PyTorch's first values and names (`weight`, `bias`).
    public init(
        _ scope: Scope, _ inputs: Int, _ outputs: Int, bias: Bool = true, weights: Initializer = .fanIn,
        biases: Initializer? = nil
    ) {
        weight = scope.parameter("weight", [outputs, inputs], weights)
        let fallback = Initializer.uniform(bound: 1 / Double(max(inputs, 1)).squareRoot())
        self.bias = bias ? scope.parameter("bias", [outputs], biases ?? fallback) : nil
    }

    /// …×in → …×out.
    public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight, bias) }
}
