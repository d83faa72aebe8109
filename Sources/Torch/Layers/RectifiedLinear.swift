import CTorch

extension Linear {
    /// dropout(max(0, x·Wᵀ + b)): …×in → …×out.
    ///
    /// The same numbers as from the three operations, up to rounding, in one pass over the product where that is possible:
    /// `float32` on the CPU and a multiple of 64 outputs.
    public func rectified(_ x: Tensor, dropout: Dropout) -> Tensor {
        var isReady = false
        if let bias {
            run("linear", [x, weight]) { ct_has_rectified_linear(x.raw, weight.raw, bias.raw, &isReady) }
        }
        guard isReady, let bias else { return dropout(self(x).relu()) }
        let (rate, draw) = dropout.next()
        return make("linear", [x, weight]) {
            ct_rectified_linear(
                x.raw, weight.raw, bias.raw, rate, draw, $0)
        }
    }
}
