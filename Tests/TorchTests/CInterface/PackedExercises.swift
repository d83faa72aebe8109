import Testing
import Torch

/// packed_product.cpp and quantized_linear.cpp, through the layers that use them.
let packedExercises: [String: Exercise] = [
    "ct_pack_product": {
        let layer = PackedLinear(weight: Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]))
        #expect(layer(Tensor([1, 10] as [Float])).floats() == [21, 43, 65])
    },
    "ct_packed_linear": {
        let layer = PackedLinear(
            weight: Tensor([1, -1] as [Float], shape: [2, 1]), bias: Tensor([0, 1] as [Float]))
        let x = Tensor([2, 3] as [Float], shape: [2, 1])
        #expect(layer(x, adding: .ones([2, 2]), activation: .rectified).floats() == [3, 0, 4, 0])
    },
    "ct_direct_convolution": {
        // The neighbours above and below, zeros beyond the border.
        let layer = DirectConvolution(
            weight: Tensor([1, 0, 10] as [Float], shape: [1, 1, 1, 3, 1]), bias: .zeros([1]), stride: [1, 1, 1],
            padding: [0, 1, 0])
        let y = layer(Tensor([1, 2, 3] as [Float], shape: [1, 3, 1, 1]))
        #expect(y.shape == [1, 3, 1, 1])
        #expect(y.floats() == [20, 31, 2])
    },
    "ct_integer_kernel": { #expect(["AVX-512 VNNI", "AVX2", "plain"].contains(Libtorch.integerKernel)) },
    "ct_quantize_weight": {
        // Numbers that need no rounding: 63 steps of the weight, 127 of the input.
        let layer = PackedLinear(weight: Tensor([63, -21] as [Float], shape: [1, 2]), arithmetic: .int8)
        #expect(abs(layer(Tensor([127, 0] as [Float])).item() - 63 * 127) < 1e-2)
    },
    "ct_quantized_linear": {
        let layer = PackedLinear(
            weight: Tensor([1] as [Float], shape: [1, 1]), bias: Tensor([-5] as [Float]), arithmetic: .int8)
        let x = Tensor([3, 9] as [Float], shape: [2, 1])
        let y = layer(x, adding: .ones([2, 1]), activation: .rectified).floats()
        #expect(y[0] == 0 && abs(y[1] - 5) < 1e-4)
    },
]

/// thread_limit.cpp.
let threadExercises: [String: Exercise] = [
    "ct_limit_calling_thread": {
        let before = Libtorch.threadCount
        #expect(Libtorch.onOneThread { Libtorch.threadCount } == 1)
        #expect(Libtorch.threadCount == before)
    }
]
