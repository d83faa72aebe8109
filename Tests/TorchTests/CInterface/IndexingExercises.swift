import Testing
import Torch

private let x = Tensor.range(0..<6).reshaped(2, 3)

/// indexing.cpp: views.
let viewExercises: [String: Exercise] = [
    "ct_reshape": { #expect(x.reshaped(3, -1).shape == [3, 2] && x.flattened().shape == [6]) },
    "ct_permute": { #expect(x.unsqueezed(0).permuted(2, 0, 1).shape == [3, 1, 2]) },
    "ct_transpose": { #expect(x.transposed().ints() == [0, 3, 1, 4, 2, 5]) },
    "ct_expand": { #expect(x[0..., 0..<1].expanded(-1, 2).ints() == [0, 0, 3, 3]) },
    "ct_unsqueeze": { #expect(x.unsqueezed(1).shape == [2, 1, 3] && x.unsqueezed(-1).shape == [2, 3, 1]) },
    "ct_squeeze": { #expect(x.unsqueezed(1).squeezed(1).shape == [2, 3] && x.squeezed(0).shape == [2, 3]) },
    "ct_select": {
        #expect(x[1].ints() == [3, 4, 5] && x[-1, 0].item() == 3)
        #expect(x[0..., 2].ints() == [2, 5])
    },
    "ct_slice": {
        #expect(x[0..., 1...].ints() == [1, 2, 4, 5] && x[..<1].ints() == [0, 1, 2])
        #expect(x[0..., 0...1].ints() == [0, 1, 3, 4] && x[...0, (-2)...].ints() == [1, 2])
        #expect(x.slice(1, 0, 99, step: 2).ints() == [0, 2, 3, 5])
        // A view shares its elements.
        let y = Tensor.zeros([3])
        y[1..<3].inPlaceFill(1)
        #expect(y.doubles() == [0, 1, 1])
    },
    "ct_unfold": { #expect(Tensor.range(0..<5).unfolded(0, size: 3, step: 2).ints() == [0, 1, 2, 2, 3, 4]) },
    "ct_diagonal": {
        #expect(x.diagonal().ints() == [0, 4] && x.diagonal(1).ints() == [1, 5])
        #expect(Tensor.range(0..<8).reshaped(2, 2, 2).diagonal(0, 0, 1).ints() == [0, 6, 1, 7])
    },
]

/// indexing.cpp: selection and joining.
let selectionExercises: [String: Exercise] = [
    "ct_index_select": { #expect(x.entries(Tensor([2, 0, 2]), 1).ints() == [2, 0, 2, 5, 3, 5]) },
    "ct_gather": { #expect(x.gathered(Tensor([[2], [0]]), 1).ints() == [2, 3]) },
    "ct_scatter_add": {
        let counts = Tensor.zeros([3]).scatterAdded(.ones([4]), at: Tensor([0, 2, 2, 2]), 0)
        #expect(counts.doubles() == [1, 0, 3])
    },
    "ct_index": {
        #expect(x.picked(Tensor([1, 0]), Tensor([2, 1])).ints() == [5, 1])
        #expect(x.picked(nil, Tensor([true, false, true])).ints() == [0, 2, 3, 5])
    },
    "ct_index_put": {
        #expect(x.replacing(Tensor([0]), with: Tensor([9])).ints() == [9, 9, 9, 3, 4, 5])
        let sums = Tensor([0, 0]).replacing(Tensor([1, 1]), with: Tensor([5, 6]), accumulate: true)
        #expect(sums.ints() == [0, 11])
        #expect(x.ints() == [0, 1, 2, 3, 4, 5])
    },
    "ct_nonzero": { #expect((x .> 3).nonzero().ints() == [1, 1, 1, 2]) },
    "ct_masked_select": { #expect(x.selected(x.remainder(2) .== 0).ints() == [0, 2, 4]) },
    "ct_concatenate": { #expect(Tensor.concatenated([x, x[0..., 0..<1]], 1).ints() == [0, 1, 2, 0, 3, 4, 5, 3]) },
    "ct_stack": {
        #expect(Tensor.stacked([x, x]).shape == [2, 2, 3])
        #expect(Tensor.stacked([x[0], x[1]], 1).ints() == [0, 3, 1, 4, 2, 5])
    },
    "ct_pad": { #expect(Tensor([1.0, 2]).padded([1, 2], with: 9).doubles() == [9, 1, 2, 9, 9]) },
    "ct_flip": { #expect(x.flipped(1).ints() == [2, 1, 0, 5, 4, 3]) },
    "ct_roll": { #expect(x[0].rolled(1, 0).ints() == [2, 0, 1]) },
    "ct_repeat_interleave": { #expect(x[0].repeated(2, 0).ints() == [0, 0, 1, 1, 2, 2]) },
    "ct_triangle": {
        #expect(Tensor.ones([2, 3]).upperTriangle(1).doubles() == [0, 1, 1, 0, 0, 1])
        #expect(Tensor.ones([2, 2]).lowerTriangle().doubles() == [1, 0, 1, 1])
    },
    "ct_one_hot": { #expect(Tensor([2, 0]).oneHot(3).ints() == [0, 0, 1, 1, 0, 0]) },
]
