import CTorch

/// A convolution over frames T×H×W×C for inference: one product with a packed weight, whose inputs are read where they lie.
///
/// Bias, an addition and ReLU come in the same pass. There are no gradients. It is as fast as libtorch's own for many channels
/// and several times as fast for few, or along time.
public struct DirectConvolution: Sendable {
    private let weight: Tensor
    private let bias: Tensor
    private let kernel, stride, padding: [Int]
    /// Numbers that are read at each place.
    private let depth: Int

    /// Packs a weight.
    ///
    /// - Parameters:
    ///   - weight: out×in×time×height×width, `float32` on the CPU.
    ///   - bias: out.
    ///   - stride: Steps in time, height and width.
    ///   - padding: Zeros added on both sides of each.
    ///   - joinsWidth: Reads a whole row of the kernel at once, which is faster for very few channels. The input must bring
    ///     the padding in width with it then, and that of `padding` is 0.
    public init(weight: Tensor, bias: Tensor, stride: [Int], padding: [Int], joinsWidth: Bool = false) {
        let shape = weight.shape
        let last = weight.detached().permuted(0, 2, 3, 4, 1).reshaped(shape[0], -1).contiguous()
        self.weight = make("directConvolution", [weight]) { ct_pack_product(last.raw, $0) }
        self.bias = bias.detached().contiguous()
        kernel = joinsWidth ? [shape[2], shape[3], 1] : Array(shape[2...])
        depth = joinsWidth ? shape[4] * shape[1] : shape[1]
        (self.stride, self.padding) = (stride, padding)
    }

    /// T×H×W×in → T'×H'×W'×out.
    ///
    /// - Parameters:
    ///   - x: The input, without gaps.
    ///   - addend: Of the result's shape, added before ReLU. **The result takes its memory**; it must not be used again.
    ///   - rectified: Whether negative results become zero.
    public func callAsFunction(_ x: Tensor, adding addend: Tensor? = nil, rectified: Bool = true) -> Tensor {
        make("directConvolution", [x, bias] + (addend.map { [$0] } ?? [])) { out in
            withInts(kernel) { kernel in
                withInts(stride) { stride in
                    withInts(padding) { padding in
                        ct_direct_convolution(
                            x.raw, weight.raw, bias.raw, addend?.raw, kernel, stride, padding, Int64(depth), rectified,
                            out)
                    }
                }
            }
        }
    }
}
