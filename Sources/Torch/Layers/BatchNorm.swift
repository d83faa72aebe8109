/// Mean 0 and variance 1 of each channel over the batch, then a learned scale and shift.
public struct BatchNorm {
    /// C.
    public let weight: Tensor
    /// C.
    public let bias: Tensor
    /// C, used outside training.
    public let runningMean: Tensor
    /// C, used outside training.
    public let runningVariance: Tensor
    /// Added to the variance.
    public let eps: Double
    let store: ParameterStore

    /// Makes the layer with PyTorch's names.
    public init(_ scope: Scope, _ channels: Int, eps: Double = 1e-5) {
        weight = scope.parameter("weight", [channels], .ones)
        bias = scope.parameter("bias", [channels], .zeros)
        runningMean = scope.buffer("running_mean", .zeros([channels]))
        runningVariance = scope.buffer("running_var", .ones([channels]))
        self.eps = eps
        store = scope.store
    }

    /// B×C×… → B×C×….
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.batchNorm(weight, bias, mean: runningMean, variance: runningVariance, training: store.isTraining, eps: eps)
    }
}
