import CTorch

extension Linear {
    /// dropout(norm(x))·Wᵀ + b, then max(0, ·) if `rectified`: …×in → …×out.
    ///
    /// The same numbers as from the operations one by one, up to rounding, in one pass where that is possible: `float32` on
    /// the CPU, a multiple of 16 outputs, and an `x` that needs no gradient, such as features that come from files. Then the
    /// backward pass has one matrix product instead of two.
    public func normalized(_ x: Tensor, _ norm: LayerNorm, _ dropout: Dropout, rectified: Bool) -> Tensor {
        var isReady = false
        if let bias {
            run("linear", [x, weight]) {
                ct_has_normalized_linear(x.raw, norm.weight.raw, norm.bias.raw, weight.raw, bias.raw, &isReady)
            }
        }
        guard isReady, let bias else {
            let projected = self(dropout(norm(x)))
            return rectified ? projected.relu() : projected
        }
        let (rate, draw) = dropout.next()
        return make("linear", [x, norm.weight, weight]) {
            ct_normalized_linear(
                x.raw, norm.weight.raw, norm.bias.raw, weight.raw, bias.raw, norm.eps, rate, draw,
                rectified, $0)
        }
    }
}
