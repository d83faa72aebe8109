import CTorch
import Testing
import Torch

private let line = Tensor([1.0, 2, 3, 4]).reshaped(1, 1, 4)

private func close(_ actual: Tensor, _ expected: [Double]) -> Bool {
    actual.flattened().isClose(to: Tensor(expected), relative: 1e-7, absolute: 1e-9)
}

/// nn.cpp.
let layerExercises: [String: Exercise] = [
    "ct_linear": {
        let w = Tensor([[1.0, 2], [3, 4], [5, 6]])
        #expect(Tensor([[1.0, 1]]).linear(w).doubles() == [3, 7, 11])
        #expect(Tensor([1.0, 1]).linear(w, Tensor([1.0, 0, -1])).doubles() == [4, 7, 10])
    },
    "ct_layer_norm": {
        #expect(close(Tensor([[1.0, 3]]).layerNorm([2], eps: 0), [-1, 1]))
        #expect(close(Tensor([[1.0, 3]]).layerNorm([2], Tensor([2.0, 2]), Tensor([1.0, 0]), eps: 0), [-1, 2]))
    },
    "ct_group_norm": { #expect(close(line.reshaped(1, 4, 1).groupNorm(2, eps: 0), [-1, 1, -1, 1])) },
    "ct_batch_norm": {
        let (mean, variance) = (Tensor([0.0]), Tensor([1.0]))
        let x = Tensor([[1.0], [3.0]])
        #expect(close(x.batchNorm(nil, nil, mean: mean, variance: variance, training: true, eps: 0), [-1, 1]))
        // A tenth of the way to mean 2 and (unbiased) variance 2.
        #expect(close(mean, [0.2]) && close(variance, [1.1]))
        let y = x.batchNorm(nil, nil, mean: Tensor([1.0]), variance: Tensor([4.0]), training: false, eps: 0)
        #expect(close(y, [0, 1]))
    },
    "ct_embedding": {
        #expect(Tensor([[1.0, 2], [3, 4]]).embedding(Tensor([[1], [1]])).doubles() == [3, 4, 3, 4])
    },
    "ct_convolution": {
        let kernel = Tensor([1.0, 1]).reshaped(1, 1, 2)
        #expect(line.convolution(kernel, stride: [1], padding: [0]).doubles() == [3, 5, 7])
        #expect(line.convolution(kernel, Tensor([10.0]), stride: [2], padding: [1]).doubles() == [11, 15, 14])
        #expect(line.convolution(kernel, stride: [1], padding: [0], dilation: [3]).doubles() == [5])
        let two = Tensor.ones([1, 2, 3, 3]).convolution(
            .ones([2, 1, 2, 2]), stride: [1, 1], padding: [0, 0], groups: 2)
        #expect(two.shape == [1, 2, 2, 2] && two.doubles() == [Double](repeating: 4, count: 8))
        let three = Tensor.ones([1, 1, 2, 3, 4]).convolution(
            .ones([1, 1, 2, 3, 4]), stride: [1, 1, 1], padding: [0, 0, 0])
        #expect(three.doubles() == [24])
    },
    "ct_max_pool": {
        #expect(line.maxPool([2], stride: [2], padding: [0]).doubles() == [2, 4])
        #expect(line.reshaped(1, 1, 2, 2).maxPool([2, 2], stride: [1, 1], padding: [0, 0]).item() == 4)
        #expect(
            line.reshaped(1, 1, 1, 2, 2).maxPool([1, 2, 1], stride: [1, 1, 1], padding: [0, 0, 0]).doubles() == [3, 4])
    },
    "ct_average_pool": {
        #expect(line.averagePool([2], stride: [1], padding: [0]).doubles() == [1.5, 2.5, 3.5])
        #expect(line.reshaped(1, 1, 2, 2).averagePool([2, 2], stride: [1, 1], padding: [0, 0]).item() == 2.5)
        let three = line.reshaped(1, 1, 1, 2, 2).averagePool([1, 2, 1], stride: [1, 1, 1], padding: [0, 0, 0])
        #expect(three.doubles() == [2, 3])
    },
    "ct_adaptive_average_pool": {
        #expect(line.adaptiveAveragePool([2]).doubles() == [1.5, 3.5])
        #expect(line.reshaped(1, 1, 2, 2).adaptiveAveragePool([1, 1]).item() == 2.5)
        #expect(line.reshaped(1, 1, 1, 2, 2).adaptiveAveragePool([1, 1, 2]).doubles() == [2, 3])
    },
    "ct_attention": {
        // Equal keys share the weight; a mask takes it away; `causal` leaves the first query the first key.
        let q = Tensor.zeros([1, 1, 2, 1])
        let v = Tensor([1.0, 3]).to(.float32).reshaped(1, 1, 2, 1)
        #expect(Tensor.attention(query: q, key: q, value: v).doubles() == [2, 2])
        let mask = Tensor([false, true]).reshaped(1, 1, 1, 2)
        #expect(Tensor.attention(query: q, key: q, value: v, mask: mask).doubles() == [3, 3])
        #expect(Tensor.attention(query: q, key: q, value: v, causal: true).doubles() == [1, 2])
    },
    "ct_cosine_similarity": {
        #expect(close(Tensor([[1.0, 0], [1, 1]]).cosineSimilarity(Tensor([[0.0, 2], [3, 3]])), [0, 1]))
        #expect(Tensor([0.0, 0]).cosineSimilarity(Tensor([1.0, 0])).item() == 0)
        #expect(close(Tensor([3.0, 4]).normalized(), [0.6, 0.8]) && close(Tensor([0.0, 0]).normalized(), [0, 0]))
    },
    "ct_grid_sample": {
        let image = line.reshaped(1, 1, 1, 4)
        let grid = Tensor([[-1.0, 0], [0, 0], [2, 0]]).reshaped(1, 1, 3, 2)
        #expect(close(image.gridSampled(grid, alignCorners: true), [1, 2.5, 0]))
        #expect(close(image.gridSampled(grid, border: true, alignCorners: true), [1, 2.5, 4]))
        #expect(close(image.gridSampled(grid, alignCorners: false), [0.5, 2.5, 0]))
    },
    "ct_interpolate_linear": {
        #expect(close(line.interpolated(to: 7, alignCorners: true), [1, 1.5, 2, 2.5, 3, 3.5, 4]))
        #expect(close(line.interpolated(to: 2), [1.5, 3.5]))
    },
    "ct_smooth_l1": {
        #expect(close(Tensor([0.0, 0]).smoothL1(Tensor([0.5, -3])), [0.125, 2.5]))
        #expect(close(Tensor([0.0]).smoothL1(Tensor([0.5]), beta: 0.25), [0.375]))
    },
    "ct_binary_cross_entropy_with_logits": {
        let loss = Tensor([0.0, 1000]).binaryCrossEntropy(withLogits: Tensor([1.0, 0]))
        #expect(close(loss, [0.6931471805599453, 1000]))
        let weighted = Tensor([0.0]).binaryCrossEntropy(withLogits: Tensor([1.0]), weight: Tensor([2.0]))
        #expect(close(weighted, [2 * 0.6931471805599453]))
    },
    "ct_cross_entropy": {
        let logits = Tensor([[0.0, 0], [0, -1000]])
        #expect(close(logits.crossEntropy(Tensor([0, 1])), [0.6931471805599453, 1000]))
        #expect(close(logits.crossEntropy(Tensor([0, 0]), weight: Tensor([0.5, 1])), [0.34657359027997264, 0]))
    },
]
