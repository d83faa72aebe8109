import CTorch

extension Tensor {
    /// e to the power of each element.
    public func exp() -> Tensor { unary("exp", CTExp) }
    /// Natural logarithm.
    public func log() -> Tensor { unary("log", CTLog) }
    /// ln(1 + x), exact near zero.
    public func log1p() -> Tensor { unary("log1p", CTLog1p) }
    /// Square root.
    public func sqrt() -> Tensor { unary("sqrt", CTSqrt) }
    /// 1 / √x.
    public func rsqrt() -> Tensor { unary("rsqrt", CTRsqrt) }
    /// Absolute value.
    public func abs() -> Tensor { unary("abs", CTAbs) }
    /// −1, 0 or 1.
    public func sign() -> Tensor { unary("sign", CTSign) }
    /// Sine of radians.
    public func sin() -> Tensor { unary("sin", CTSin) }
    /// Cosine of radians.
    public func cos() -> Tensor { unary("cos", CTCos) }
    /// Hyperbolic tangent.
    public func tanh() -> Tensor { unary("tanh", CTTanh) }
    /// 1 / (1 + e^−x).
    public func sigmoid() -> Tensor { unary("sigmoid", CTSigmoid) }
    /// ln sigmoid(x), exact for large |x|.
    public func logSigmoid() -> Tensor { unary("logSigmoid", CTLogSigmoid) }
    /// max(0, x).
    public func relu() -> Tensor { unary("relu", CTReLU) }
    /// x·Φ(x), the exact form with the error function.
    public func gelu() -> Tensor { unary("gelu", CTGELU) }
    /// x·sigmoid(x).
    public func silu() -> Tensor { unary("silu", CTSiLU) }
    /// The next whole number below.
    public func floor() -> Tensor { unary("floor", CTFloor) }
    /// The next whole number above.
    public func ceil() -> Tensor { unary("ceil", CTCeil) }
    /// The nearest whole number; halves go to the even one.
    public func rounded() -> Tensor { unary("rounded", CTRound) }
    /// The whole part.
    public func truncated() -> Tensor { unary("truncated", CTTruncate) }
    /// 1 / x.
    public func reciprocal() -> Tensor { unary("reciprocal", CTReciprocal) }
    /// x².
    public func squared() -> Tensor { unary("squared", CTSquare) }
    /// The error function.
    public func erf() -> Tensor { unary("erf", CTErf) }
    /// Whether elements are not numbers, as `bool`.
    public func isNaN() -> Tensor { unary("isNaN", CTIsNaN) }
    /// Whether elements are finite numbers, as `bool`.
    public func isFinite() -> Tensor { unary("isFinite", CTIsFinite) }

    /// Elements limited to the bounds that are given.
    public func clamped(min lower: Double? = nil, max upper: Double? = nil) -> Tensor {
        var low = lower ?? 0
        var high = upper ?? 0
        return make("clamped", [self]) { out in
            withUnsafePointer(to: &low) { low in
                withUnsafePointer(to: &high) { high in
                    ct_clamp(raw, lower == nil ? nil : low, upper == nil ? nil : high, out)
                }
            }
        }
    }

    /// Elements of `self` where the condition holds, of `other` elsewhere.
    public func `where`(_ condition: Tensor, else other: Tensor) -> Tensor {
        make("where", [condition, self, other]) { ct_where(condition.raw, raw, other.raw, $0) }
    }

    /// A number in place of the elements where the mask holds.
    public func masked(_ mask: Tensor, with value: Double) -> Tensor {
        make("masked", [self, mask]) { ct_masked_fill(raw, mask.raw, value, $0) }
    }

    /// self + weight·(other − self), element by element.
    public func lerp(to other: Tensor, _ weight: Tensor) -> Tensor {
        make("lerp", [self, other, weight]) { ct_lerp(raw, other.raw, weight.raw, $0) }
    }

    /// self + factor·a·b, in one pass.
    public func adding(_ a: Tensor, times b: Tensor, factor: Double = 1) -> Tensor {
        make("adding", [self, a, b]) { ct_addcmul(raw, a.raw, b.raw, factor, $0) }
    }

    /// Adds `factor·other` to the elements themselves.
    public func inPlaceAdd(_ other: Tensor, factor: Double = 1) {
        run("inPlaceAdd", [self, other]) { ct_in_place(CTInPlaceAdd, raw, other.raw, factor) }
    }

    /// Multiplies the elements themselves.
    public func inPlaceMultiply(_ other: Tensor) {
        run("inPlaceMultiply", [self, other]) { ct_in_place(CTInPlaceMultiply, raw, other.raw, 1) }
    }

    /// Overwrites the elements with those of another tensor, converted and broadcast.
    public func inPlaceCopy(_ other: Tensor) {
        run("inPlaceCopy", [self, other]) { ct_in_place(CTInPlaceCopy, raw, other.raw, 1) }
    }

    /// Overwrites all elements with one number.
    public func inPlaceFill(_ value: Double) {
        run("inPlaceFill", [self]) { ct_fill_in_place(raw, value) }
    }
}
