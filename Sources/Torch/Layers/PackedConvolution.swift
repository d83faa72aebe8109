import CTorch

/// A convolution for inference over channels-last memory: bias, an addition and ReLU come in the same pass.
///
/// The weight is brought into the processor's favourite order once. There are no gradients. In channels-last memory a
/// 1×1 convolution is a matrix product, and neighbours in time lie a whole frame apart: so T×H×W×C can be read as frames
/// (B = T) for a convolution in space, or as one image of T×(H·W) for a convolution in time, without a copy.
public struct PackedConvolution: Sendable {
    private let weight: Tensor
    private let bias: Tensor
    private let stride: [Int]
    private let padding: [Int]

    /// Packs a weight.
    ///
    /// - Parameters:
    ///   - weight: out×in×kernel, in two or three dimensions.
    ///   - bias: out.
    ///   - stride: Step in each dimension.
    ///   - padding: Zeros added on both sides of each dimension.
    ///   - input: The shape B×spatial×in for which the weight is packed. Others work, more slowly.
    public init(weight: Tensor, bias: Tensor, stride: [Int], padding: [Int], input: [Int]) {
        let weight = weight.detached()
        self.weight = make("packedConvolution", [weight]) { out in
            withInts(stride) { stride in
                withInts(padding) { padding in
                    withInts(input) { ct_pack_convolution(weight.raw, stride, padding, $0, out) }
                }
            }
        }
        self.bias = bias.detached()
        self.stride = stride
        self.padding = padding
    }

    /// B×spatial×in → B×spatial×out.
    ///
    /// - Parameters:
    ///   - x: The input, contiguous.
    ///   - addend: Of the result's shape, added before ReLU. **Its elements may be overwritten**; it must not be used again.
    ///   - rectified: Whether negative results become zero.
    public func callAsFunction(_ x: Tensor, adding addend: Tensor? = nil, rectified: Bool = true) -> Tensor {
        make("packedConvolution", [x, bias] + (addend.map { [$0] } ?? [])) { out in
            withInts(stride) { stride in
                withInts(padding) {
                    ct_packed_convolution(x.raw, weight.raw, bias.raw, addend?.raw, stride, $0, rectified, out)
                }
            }
        }
    }
}
