import CTorch

/// x·Wᵀ + b for inference, with an addition and an activation in the same pass over the results.
///
/// The weight is copied once into the order in which the processor reads it fastest. There are no gradients.
public struct PackedLinear: Sendable {
    /// In which numbers the product is computed.
    public enum Arithmetic: Sendable {
        /// `float32`, the numbers of `Linear` up to rounding.
        case float32
        /// Whole numbers of 7 bits: a scale for each output of the weight, scale and offset for each row of the input. Sums
        /// are exact and so the same on every processor; see ``Libtorch/integerKernel``.
        case int8
    }

    /// What becomes of the sums.
    public enum Activation: Int32, Sendable {
        /// Nothing.
        case none = 0
        /// max(0, x).
        case rectified = 1
        /// x · σ(1.702 x).
        case quickGELU = 2
    }

    private let weight: Tensor
    private let bias: Tensor
    private let arithmetic: Arithmetic

    /// Packs a weight, out×in of `float32` on the CPU, and takes a bias of `out` numbers; zeros without one.
    public init(weight: Tensor, bias: Tensor? = nil, arithmetic: Arithmetic = .float32) {
        let rows = weight.detached().contiguous()
        self.weight = make("packedLinear", [rows]) {
            arithmetic == .int8 ? ct_quantize_weight(rows.raw, $0) : ct_pack_product(rows.raw, $0)
        }
        self.bias = bias?.detached().contiguous() ?? .zeros([weight.size(0)])
        self.arithmetic = arithmetic
    }

    /// Packs a layer.
    public init(_ layer: Linear, arithmetic: Arithmetic = .float32) {
        self.init(weight: layer.weight, bias: layer.bias, arithmetic: arithmetic)
    }

    /// activation(x·Wᵀ + b + addend): …×in → …×out.
    ///
    /// - Parameters:
    ///   - x: The input.
    ///   - addend: Of the result's shape. **The result takes its memory**; it must not be used again.
    ///   - activation: The last step.
    public func callAsFunction(_ x: Tensor, adding addend: Tensor? = nil, activation: Activation = .none) -> Tensor {
        let x = x.contiguous()
        return make("packedLinear", [x, bias] + (addend.map { [$0] } ?? [])) {
            switch arithmetic {
            case .float32: ct_packed_linear(x.raw, weight.raw, bias.raw, addend?.raw, activation.rawValue, $0)
            case .int8: ct_quantized_linear(x.raw, weight.raw, bias.raw, addend?.raw, activation.rawValue, $0)
            }
        }
    }
}

extension Libtorch {
    /// The instructions that compute ``PackedLinear/Arithmetic/int8`` here: `AVX-512 VNNI`, `AVX2`, or `plain`, which is
    /// slower than `float32`.
    public static var integerKernel: String {
        var name: UnsafePointer<CChar>?
        run("integerKernel", []) { ct_integer_kernel(&name) }
        return name.map { String(cString: $0) } ?? ""
    }
}
