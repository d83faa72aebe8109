import Testing
import Torch

private let matrix = Tensor([[1.0, 2, 3], [4, 5, 6]])

/// creation.cpp.
let creationExercises: [String: Exercise] = [
    "ct_empty": { #expect(Tensor.empty([2, 3], dtype: .int8).shape == [2, 3]) },
    "ct_full": {
        #expect(Tensor.full([2, 2], 1.5).floats() == [1.5, 1.5, 1.5, 1.5])
        #expect(Tensor.zeros([2], dtype: .bool).bools() == [false, false])
        #expect(Tensor(7, dtype: .int64).shape == [])
    },
    "ct_arange": { #expect(Tensor.range(2..<5).ints() == [2, 3, 4]) },
    "ct_linspace": { #expect(Tensor.linspace(0, 1, count: 5).doubles() == [0, 0.25, 0.5, 0.75, 1]) },
    "ct_eye": { #expect(Tensor.identity(2).doubles() == [1, 0, 0, 1]) },
    "ct_from_bytes": {
        #expect(Tensor([1, 2, 3, 4] as [Int32], shape: [2, 2]).elements(Int32.self) == [1, 2, 3, 4])
    },
    "ct_from_borrowed_bytes": {
        final class Owner { let numbers: [Float] = [1, 2, 3] }
        let owner = Owner()
        owner.numbers.withUnsafeBytes {
            let tensor = Tensor(borrowing: $0, owner: owner, shape: [3], dtype: .float32)
            #expect(tensor.floats() == [1, 2, 3])
        }
    },
    "ct_copy_bytes": { #expect(matrix.transposed().doubles() == [1, 4, 2, 5, 3, 6]) },
    "ct_data_pointer": {
        let tensor = Tensor.zeros([2], dtype: .uint8)
        tensor.withUnsafeMutableBytes { $0[1] = 9 }
        #expect(tensor.ints() == [0, 9])
    },
    "ct_rank": { #expect(matrix.rank == 2 && Tensor(1).rank == 0) },
    "ct_shape": {
        #expect(matrix.transposed().shape == [3, 2] && matrix.transposed().strides == [1, 3])
        #expect(matrix.count == 6 && matrix.size(-1) == 3 && Tensor(1).count == 1)
    },
    "ct_dtype": { for dtype in DType.allCases { #expect(Tensor.zeros([1], dtype: dtype).dtype == dtype) } },
    "ct_device": { #expect(matrix.device == .cpu) },
    "ct_is_contiguous": { #expect(matrix.isContiguous && !matrix.transposed().isContiguous) },
    "ct_convert": {
        #expect(Tensor([1.9, -1.9]).to(.int32).ints() == [1, -1])
        #expect(Tensor([1.0, 1 / 3.0]).to(.bfloat16).doubles() == [1, 0.333984375])
    },
    "ct_contiguous": { #expect(matrix.transposed().contiguous().isContiguous) },
    "ct_clone": {
        let copy = matrix.cloned()
        copy.inPlaceFill(0)
        #expect(matrix.doubles() == [1, 2, 3, 4, 5, 6])
    },
    "ct_scalar": { #expect(Tensor([2.5]).item() == 2.5 && Tensor([true]).item() == 1) },
    "ct_integer": { #expect(Tensor([9_007_199_254_740_993]).integer() == 9_007_199_254_740_993) },
]

/// reductions.cpp.
let reductionExercises: [String: Exercise] = [
    "ct_reduce": {
        #expect(matrix.sum().item() == 21 && matrix.sum(0).doubles() == [5, 7, 9])
        #expect(matrix.mean(-1, keep: true).shape == [2, 1] && matrix.mean(-1).doubles() == [2, 5])
        #expect(matrix.max(0, 1).item() == 6 && matrix.min(1).doubles() == [1, 4])
        #expect(matrix.variance(1).doubles() == [2.0 / 3, 2.0 / 3])
        #expect(matrix.standardDeviation().item() == (35.0 / 12).squareRoot())
        #expect(Tensor([1000.0, 1000]).logSumExp().item() == 1000 + 0.6931471805599453)
        #expect((matrix .> 3).any(1).bools() == [false, true] && (matrix .> 3).all().bools() == [false])
        #expect(Tensor([3.0, 4]).norm().item() == 5)
    },
    "ct_argmax": { #expect(Tensor([[1.0, 3, 3], [9, 1, 2]]).argmax(1).ints() == [1, 0]) },
    "ct_argmin": { #expect(Tensor([[2.0, 1, 1], [9, 1, 2]]).argmin(-1, keep: true).ints() == [1, 1]) },
    "ct_cumulative_sum": { #expect(matrix.cumulativeSum(1).doubles() == [1, 3, 6, 4, 9, 15]) },
    "ct_softmax": {
        let p = Tensor([0, 1.0986122886681098]).softmax(-1)
        #expect(p.isClose(to: Tensor([0.25, 0.75]), absolute: 1e-15))
    },
    "ct_log_softmax": { #expect(Tensor([0.0, -5000]).logSoftmax(0).doubles() == [0, -5000]) },
    "ct_sort": {
        let (values, order) = Tensor([2.0, 1, 2, 3]).sorted(descending: true)
        #expect(values.doubles() == [3, 2, 2, 1] && order.ints() == [3, 0, 2, 1])
        #expect(Tensor([2.0, 1, 2, 1]).sorted().indices.ints() == [1, 3, 0, 2])
    },
    "ct_top": {
        let (values, order) = Tensor([[2.0, 9, 4], [7, 1, 8]]).top(2)
        #expect(values.doubles() == [9, 4, 8, 7] && order.ints() == [1, 2, 2, 0])
    },
    "ct_all_close": {
        #expect(Tensor([1.0, .nan]).isClose(to: Tensor([1.0000001, .nan]), equalNaN: true))
        #expect(!Tensor([1.0, .nan]).isClose(to: Tensor([1.0, .nan])))
        #expect(!Tensor([1.0]).isClose(to: Tensor([1.1])))
    },
]
