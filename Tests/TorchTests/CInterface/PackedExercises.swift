import Testing
import Torch

/// packed_convolution.cpp; `float64` goes the other way.
let packedExercises: [String: Exercise] = [
    "ct_pack_convolution": {
        // The neighbours above and below, zeros beyond the border; a weight of another size than the input's is fine too.
        let weight = Tensor([1, 0, 10] as [Float], shape: [1, 1, 3, 1])
        let packed = PackedConvolution(
            weight: weight, bias: .zeros([1]), stride: [1, 1], padding: [1, 0], input: [1, 9, 9, 1])
        let y = packed(Tensor([1, 2, 3] as [Float], shape: [1, 3, 1, 1]))
        #expect(y.shape == [1, 3, 1, 1])
        #expect(y.floats() == [20, 31, 2])
    },
    "ct_packed_convolution": {
        for kernel in [[3, 3], [5, 3, 3]] {
            let (fused, plain) = (convolved(kernel, .float32), convolved(kernel, .float64))
            #expect(fused.isClose(to: plain.to(.float32), relative: 1e-4, absolute: 1e-5))
            #expect(fused.min().item() == 0, "negative numbers become zeros")
        }
    },
]

/// max(0, x∗W + b + 1) with step 2 and 4 channels in, 16 out.
private func convolved(_ kernel: [Int], _ dtype: DType) -> Tensor {
    func random(_ shape: [Int], _ stream: UInt64) -> Tensor {
        Tensor.uniform(shape, -1, 1, seed: 1, stream: stream).to(dtype)
    }
    let input = [2] + kernel.map { _ in 7 } + [4]
    let packed = PackedConvolution(
        weight: random([16, 4] + kernel, 0), bias: random([16], 1), stride: kernel.map { _ in 2 },
        padding: kernel.map { $0 / 2 }, input: input)
    let x = random(input, 2)
    let sum = packed(x, rectified: false) + 1
    let added = packed(x, adding: .ones([2] + kernel.map { _ in 4 } + [16], dtype: dtype))
    #expect(added.isClose(to: sum.relu(), relative: 1e-5, absolute: 1e-5))
    return added
}

/// thread_limit.cpp.
let threadExercises: [String: Exercise] = [
    "ct_limit_calling_thread": {
        let before = Libtorch.threadCount
        #expect(Libtorch.onOneThread { Libtorch.threadCount } == 1)
        #expect(Libtorch.threadCount == before)
    }
]
