import CTorch

/// Zeros in place of a random share of the elements, in training only.
public struct Dropout {
    /// The share.
    public let rate: Double
    let store: ParameterStore

    /// Makes the layer; it draws from the store's source.
    public init(_ scope: Scope, _ rate: Double) {
        guard rate >= 0 && rate < 1 else { fail("Dropout", [], "a rate lies in [0, 1), and is not \(rate)") }
        self.rate = rate
        store = scope.store
    }

    /// The share to be dropped and the numbers for it, for an operation that drops on its way; a share of 0, and nothing
    /// drawn, outside of training.
    func next() -> (rate: Double, draw: CTDraw) {
        store.isTraining && rate > 0 ? (rate, store.random.nextDraw()) : (0, CTDraw())
    }

    /// The same shape.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        store.isTraining && rate > 0 ? store.random.dropout(x, rate: rate) : x
    }
}

/// Leaves out a residual branch for a random share of the samples, in training only (stochastic depth, Huang et al. 2016).
public struct DropPath {
    /// The share.
    public let rate: Double
    let store: ParameterStore

    /// Makes the layer; it draws from the store's source.
    public init(_ scope: Scope, _ rate: Double) {
        guard rate >= 0 && rate < 1 else { fail("DropPath", [], "a rate lies in [0, 1), and is not \(rate)") }
        self.rate = rate
        store = scope.store
    }

    /// B×… → B×…: whole samples are zero, the others divided by 1 − rate.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard store.isTraining && rate > 0 else { return x }
        let sampleShape = [x.size(0)] + [Int](repeating: 1, count: x.rank - 1)
        return x * store.random.dropout(.ones(sampleShape, dtype: x.dtype, device: x.device), rate: rate)
    }
}
