/// Convolution in one, two or three dimensions, as the kernel has entries.
public struct Convolution {
    /// out×(in/groups)×kernel.
    public let weight: Tensor
    /// out; nil without a bias.
    public let bias: Tensor?
    /// Step in each dimension.
    public let stride: [Int]
    /// Zeros added on both sides of each dimension.
    public let padding: [Int]
    /// Channels are split into so many separate convolutions.
    public let groups: Int

    /// Makes the layer with PyTorch's first values and names (`weight`, `bias`).
    public init(
        _ scope: Scope, _ inputs: Int, _ outputs: Int, kernel: [Int], stride: [Int]? = nil, padding: [Int]? = nil,
        groups: Int = 1, bias: Bool = true, weights: Initializer = .fanIn
    ) {
        weight = scope.parameter("weight", [outputs, inputs / groups] + kernel, weights)
        let fanIn = Double(max(inputs / groups * kernel.reduce(1, *), 1))
        self.bias = bias ? scope.parameter("bias", [outputs], .uniform(bound: 1 / fanIn.squareRoot())) : nil
        self.stride = stride ?? kernel.map { _ in 1 }
        self.padding = padding ?? kernel.map { _ in 0 }
        self.groups = groups
    }

    /// B×in×spatial → B×out×spatial.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.convolution(weight, bias, stride: stride, padding: padding, groups: groups)
    }
}
