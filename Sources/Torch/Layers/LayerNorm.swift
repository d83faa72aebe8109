/// Mean 0 and variance 1 over the last dimension, then a learned scale and shift.
public struct LayerNorm {
    /// d.
    public let weight: Tensor
    /// d.
    public let bias: Tensor
    /// Added to the variance.
    public let eps: Double

    /// Makes the layer with PyTorch's names (`weight`, `bias`).
    public init(_ scope: Scope, _ width: Int, eps: Double = 1e-5) {
        weight = scope.parameter("weight", [width], .ones)
        bias = scope.parameter("bias", [width], .zeros)
        self.eps = eps
    }

    /// …×d → …×d.
    public func callAsFunction(_ x: Tensor) -> Tensor { x.layerNorm([weight.size(0)], weight, bias, eps: eps) }
}
