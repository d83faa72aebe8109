import CTorch

// Dimensions may be negative: −1 is the last. No dimensions means all of them. A dimension that is reduced goes away, or
// stays with size 1 where `keep` says so.
extension Tensor {
    private func reduced(_ name: StaticString, _ op: CTReduction, _ dims: [Int], _ keep: Bool) -> Tensor {
        make(name, [self]) { out in withInts(dims) { ct_reduce(op, raw, $0, keep, out) } }
    }

    /// Sum over dimensions.
    public func sum(_ dims: Int..., keep: Bool = false) -> Tensor { reduced("sum", CTSum, dims, keep) }
    /// Mean over dimensions.
    public func mean(_ dims: Int..., keep: Bool = false) -> Tensor { reduced("mean", CTMean, dims, keep) }
    /// Greatest over dimensions.
    public func max(_ dims: Int..., keep: Bool = false) -> Tensor { reduced("max", CTAmax, dims, keep) }
    /// Least over dimensions.
    public func min(_ dims: Int..., keep: Bool = false) -> Tensor { reduced("min", CTAmin, dims, keep) }
    /// Variance (divided by n) over dimensions.
    public func variance(_ dims: Int..., keep: Bool = false) -> Tensor { reduced("variance", CTVariance, dims, keep) }
    /// Standard deviation (divided by n) over dimensions.
    public func standardDeviation(_ dims: Int..., keep: Bool = false) -> Tensor {
        reduced("standardDeviation", CTStandardDeviation, dims, keep)
    }
    /// ln Σ e^x over dimensions, without overflow.
    public func logSumExp(_ dims: Int..., keep: Bool = false) -> Tensor {
        reduced("logSumExp", CTLogSumExp, dims, keep)
    }
    /// Whether any element over dimensions is true, as `bool`.
    public func any(_ dims: Int..., keep: Bool = false) -> Tensor { reduced("any", CTAny, dims, keep) }
    /// Whether all elements over dimensions are true, as `bool`.
    public func all(_ dims: Int..., keep: Bool = false) -> Tensor { reduced("all", CTAll, dims, keep) }
    /// L2 norm over dimensions.
    public func norm(_ dims: Int..., keep: Bool = false) -> Tensor { reduced("norm", CTNorm2, dims, keep) }

    /// Position of the greatest element along a dimension, `int64`; the first of equal ones.
    public func argmax(_ dim: Int, keep: Bool = false) -> Tensor {
        make("argmax", [self]) { ct_argmax(raw, Int64(dim), keep, $0) }
    }

    /// Position of the least element along a dimension, `int64`; the first of equal ones.
    public func argmin(_ dim: Int, keep: Bool = false) -> Tensor {
        make("argmin", [self]) { ct_argmin(raw, Int64(dim), keep, $0) }
    }

    /// Running sum along a dimension.
    public func cumulativeSum(_ dim: Int) -> Tensor {
        make("cumulativeSum", [self]) { ct_cumulative_sum(raw, Int64(dim), $0) }
    }

    /// e^x over its sum along a dimension.
    public func softmax(_ dim: Int) -> Tensor { make("softmax", [self]) { ct_softmax(raw, Int64(dim), $0) } }

    /// ln softmax along a dimension, without underflow.
    public func logSoftmax(_ dim: Int) -> Tensor { make("logSoftmax", [self]) { ct_log_softmax(raw, Int64(dim), $0) } }

    /// Elements in order along a dimension, and where they stood. Equal elements keep their order.
    public func sorted(_ dim: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
        pair("sorted") { ct_sort(raw, Int64(dim), descending, $0, $1) }
    }

    /// The k greatest elements along a dimension, in descending order, and where they stood.
    public func top(_ k: Int, _ dim: Int = -1) -> (values: Tensor, indices: Tensor) {
        pair("top") { ct_top(raw, Int64(k), Int64(dim), $0, $1) }
    }

    private func pair(
        _ name: StaticString,
        _ call: (UnsafeMutablePointer<CTTensor?>, UnsafeMutablePointer<CTTensor?>) -> CTStatus
    ) -> (values: Tensor, indices: Tensor) {
        var values: CTTensor?
        var indices: CTTensor?
        guard call(&values, &indices) == 0, let values, let indices else { fail("\(name)", [self], lastFailure()) }
        return (Tensor(owning: values), Tensor(owning: indices))
    }

    /// Whether all elements differ by no more than `absolute + relative·|other|`.
    public func isClose(
        to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, equalNaN: Bool = false
    ) -> Bool {
        var result = false
        run("isClose", [self, other]) { ct_all_close(raw, other.raw, relative, absolute, equalNaN, &result) }
        return result
    }
}
