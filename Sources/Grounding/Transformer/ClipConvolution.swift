import Torch

extension Tensor {
    /// Convolution along the clips of B×L×C with a weight out×(C/groups)×kernel → B×L′×out, L′ = ⌊(L + 2·padding − kernel)/stride⌋ + 1.
    ///
    /// The channels stay last: libtorch takes the transposed view, with a height of 1, as an image whose channels lie
    /// last, and so nothing is copied. Its one-dimensional convolution would reorder the clips twice.
    func clipConvolution(
        _ weight: Tensor, _ bias: Tensor?, stride: Int = 1, padding: Int, groups: Int = 1
    ) -> Tensor {
        transposed(1, 2).unsqueezed(2)
            .convolution(
                weight.unsqueezed(2), bias, stride: [1, stride], padding: [0, padding], groups: groups
            )
            .squeezed(2).transposed(1, 2)
    }
}
