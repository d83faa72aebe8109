import CTorch

// Shapes broadcast as in PyTorch: they are aligned at the end, and a dimension of size 1 is repeated.
extension Tensor {
    func unary(_ name: StaticString, _ op: CTUnary) -> Tensor { make(name, [self]) { ct_unary(op, raw, $0) } }

    static func binary(_ name: StaticString, _ op: CTBinary, _ a: Tensor, _ b: Tensor) -> Tensor {
        make(name, [a, b]) { ct_binary(op, a.raw, b.raw, $0) }
    }

    static func binary(
        _ name: StaticString, _ op: CTBinary, _ a: Tensor, _ b: Double, reversed: Bool = false
    ) -> Tensor {
        make(name, [a]) { ct_binary_scalar(op, a.raw, b, reversed, $0) }
    }

    /// Sum, element by element.
    public static func + (a: Tensor, b: Tensor) -> Tensor { binary("+", CTAdd, a, b) }
    /// Sum, element by element.
    public static func + (a: Tensor, b: Double) -> Tensor { binary("+", CTAdd, a, b) }
    /// Sum, element by element.
    public static func + (a: Double, b: Tensor) -> Tensor { binary("+", CTAdd, b, a) }
    /// Difference, element by element.
    public static func - (a: Tensor, b: Tensor) -> Tensor { binary("-", CTSubtract, a, b) }
    /// Difference, element by element.
    public static func - (a: Tensor, b: Double) -> Tensor { binary("-", CTSubtract, a, b) }
    /// Difference, element by element.
    public static func - (a: Double, b: Tensor) -> Tensor { binary("-", CTSubtract, b, a, reversed: true) }
    /// Product, element by element.
    public static func * (a: Tensor, b: Tensor) -> Tensor { binary("*", CTMultiply, a, b) }
    /// Product, element by element.
    public static func * (a: Tensor, b: Double) -> Tensor { binary("*", CTMultiply, a, b) }
    /// Product, element by element.
    public static func * (a: Double, b: Tensor) -> Tensor { binary("*", CTMultiply, b, a) }
    /// Quotient, element by element.
    public static func / (a: Tensor, b: Tensor) -> Tensor { binary("/", CTDivide, a, b) }
    /// Quotient, element by element.
    public static func / (a: Tensor, b: Double) -> Tensor { binary("/", CTDivide, a, b) }
    /// Quotient, element by element.
    public static func / (a: Double, b: Tensor) -> Tensor { binary("/", CTDivide, b, a, reversed: true) }
    /// The negative, element by element.
    public static prefix func - (a: Tensor) -> Tensor { a.unary("negate", CTNegate) }

    /// Adds to the variable; makes a new tensor, other views keep their elements.
    public static func += (a: inout Tensor, b: Tensor) { a = a + b }
    /// Multiplies the variable; makes a new tensor, other views keep their elements.
    public static func *= (a: inout Tensor, b: Tensor) { a = a * b }

    /// Whether elements are equal, as `bool`.
    public static func .== (a: Tensor, b: Tensor) -> Tensor { binary(".==", CTEqual, a, b) }
    /// Whether elements are equal, as `bool`.
    public static func .== (a: Tensor, b: Double) -> Tensor { binary(".==", CTEqual, a, b) }
    /// Whether elements differ, as `bool`.
    public static func .!= (a: Tensor, b: Tensor) -> Tensor { binary(".!=", CTNotEqual, a, b) }
    /// Whether elements differ, as `bool`.
    public static func .!= (a: Tensor, b: Double) -> Tensor { binary(".!=", CTNotEqual, a, b) }
    /// Whether elements are less, as `bool`.
    public static func .< (a: Tensor, b: Tensor) -> Tensor { binary(".<", CTLess, a, b) }
    /// Whether elements are less, as `bool`.
    public static func .< (a: Tensor, b: Double) -> Tensor { binary(".<", CTLess, a, b) }
    /// Whether elements are less or equal, as `bool`.
    public static func .<= (a: Tensor, b: Tensor) -> Tensor { binary(".<=", CTLessEqual, a, b) }
    /// Whether elements are less or equal, as `bool`.
    public static func .<= (a: Tensor, b: Double) -> Tensor { binary(".<=", CTLessEqual, a, b) }
    /// Whether elements are greater, as `bool`.
    public static func .> (a: Tensor, b: Tensor) -> Tensor { binary(".>", CTGreater, a, b) }
    /// Whether elements are greater, as `bool`.
    public static func .> (a: Tensor, b: Double) -> Tensor { binary(".>", CTGreater, a, b) }
    /// Whether elements are greater or equal, as `bool`.
    public static func .>= (a: Tensor, b: Tensor) -> Tensor { binary(".>=", CTGreaterEqual, a, b) }
    /// Whether elements are greater or equal, as `bool`.
    public static func .>= (a: Tensor, b: Double) -> Tensor { binary(".>=", CTGreaterEqual, a, b) }
    /// Both, as `bool`.
    public static func .& (a: Tensor, b: Tensor) -> Tensor { binary(".&", CTAnd, a, b) }
    /// Either or both, as `bool`.
    public static func .| (a: Tensor, b: Tensor) -> Tensor { binary(".|", CTOr, a, b) }
    /// Just one of both, as `bool`.
    public static func .^ (a: Tensor, b: Tensor) -> Tensor { binary(".^", CTXor, a, b) }
    /// Whether elements are zero or false, as `bool`.
    public static prefix func .! (a: Tensor) -> Tensor { a.unary(".!", CTLogicalNot) }

    /// Power with tensors as exponents.
    public func pow(_ exponent: Tensor) -> Tensor { .binary("pow", CTPower, self, exponent) }
    /// Power, element by element.
    public func pow(_ exponent: Double) -> Tensor { .binary("pow", CTPower, self, exponent) }
    /// The smaller of two, element by element.
    public func minimum(_ other: Tensor) -> Tensor { .binary("minimum", CTMinimum, self, other) }
    /// The greater of two, element by element.
    public func maximum(_ other: Tensor) -> Tensor { .binary("maximum", CTMaximum, self, other) }
    /// Remainder with the divisor's sign, element by element.
    public func remainder(_ divisor: Tensor) -> Tensor { .binary("remainder", CTRemainder, self, divisor) }
    /// Remainder with the divisor's sign, element by element.
    public func remainder(_ divisor: Double) -> Tensor { .binary("remainder", CTRemainder, self, divisor) }
    /// Quotient rounded down, element by element.
    public func floorDivide(_ divisor: Tensor) -> Tensor { .binary("floorDivide", CTFloorDivide, self, divisor) }
    /// Angle of (x: `other`, y: `self`), element by element.
    public func atan2(_ other: Tensor) -> Tensor { .binary("atan2", CTAtan2, self, other) }

    /// Matrix product; leading dimensions broadcast.
    public func matmul(_ other: Tensor) -> Tensor {
        make("matmul", [self, other]) { ct_matmul(raw, other.raw, $0) }
    }
}
