import Testing
import Torch

private let x = Tensor([-1.5, 0, 0.5, 2.5])

private func expectAll(_ actual: Tensor, _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(
        actual.to(.float64).isClose(to: Tensor(expected), relative: 1e-12, absolute: 1e-12, equalNaN: true),
        "\(actual) is not \(expected)", sourceLocation: sourceLocation)
}

/// arithmetic.cpp.
let arithmeticExercises: [String: Exercise] = [
    "ct_unary": {
        expectAll(-x, [1.5, 0, -0.5, -2.5])
        expectAll(x.exp(), [0.22313016014842982, 1, 1.6487212707001282, 12.182493960703473])
        expectAll(Tensor([1, 7.38905609893065]).log(), [0, 2])
        expectAll(Tensor([1e-13]).log1p(), [1e-13])
        expectAll(Tensor([0.25, 9]).sqrt(), [0.5, 3])
        expectAll(Tensor([0.25, 4]).rsqrt(), [2, 0.5])
        expectAll(x.abs(), [1.5, 0, 0.5, 2.5])
        expectAll(x.sign(), [-1, 0, 1, 1])
        expectAll(Tensor([0, 1.5707963267948966]).sin(), [0, 1])
        expectAll(Tensor([0, 3.141592653589793]).cos(), [1, -1])
        expectAll(Tensor([0, 0.5]).tanh(), [0, 0.46211715726000973])
        expectAll(Tensor([0.0, -1000]).sigmoid(), [0.5, 0])
        expectAll(Tensor([0.0, -1000]).logSigmoid(), [-0.6931471805599453, -1000])
        expectAll(x.relu(), [0, 0, 0.5, 2.5])
        expectAll(Tensor([1.0, -1]).gelu(), [0.8413447460685429, -0.15865525393145707])
        expectAll(Tensor([1.0]).silu(), [0.7310585786300049])
        expectAll(x.floor(), [-2, 0, 0, 2])
        expectAll(x.ceil(), [-1, 0, 1, 3])
        expectAll(x.rounded(), [-2, 0, 0, 2])
        expectAll(x.truncated(), [-1, 0, 0, 2])
        expectAll(Tensor([4.0]).reciprocal(), [0.25])
        expectAll(x.squared(), [2.25, 0, 0.25, 6.25])
        expectAll(Tensor([1.0]).erf(), [0.8427007929497149])
        #expect((.!Tensor([true, false])).bools() == [false, true])
        #expect(Tensor([0.0, .nan, .infinity]).isNaN().bools() == [false, true, false])
        #expect(Tensor([0.0, .nan, .infinity]).isFinite().bools() == [true, false, false])
    },
    "ct_binary": {
        let (a, b) = (Tensor([7.0, -7]), Tensor([2.0, 2]))
        expectAll(a + b, [9, -5])
        expectAll(a - b, [5, -9])
        expectAll(a * b, [14, -14])
        expectAll(a / b, [3.5, -3.5])
        expectAll(a.pow(b), [49, 49])
        expectAll(a.minimum(b), [2, -7])
        expectAll(a.maximum(b), [7, 2])
        expectAll(a.remainder(b), [1, 1])
        expectAll(a.floorDivide(b), [3, -4])
        expectAll(Tensor([1.0, 0]).atan2(Tensor([0.0, -1])), [1.5707963267948966, 3.141592653589793])
        #expect((a .== b).bools() == [false, false] && (a .!= b).bools() == [true, true])
        #expect((a .< b).bools() == [false, true] && (a .<= a).bools() == [true, true])
        #expect((a .> b).bools() == [true, false] && (a .>= b).bools() == [true, false])
        let (yes, no) = (Tensor([true, true, false, false]), Tensor([true, false, true, false]))
        #expect((yes .& no).bools() == [true, false, false, false])
        #expect((yes .| no).bools() == [true, true, true, false])
        #expect((yes .^ no).bools() == [false, true, true, false])
        // Shapes are aligned at the end.
        expectAll((Tensor([[1.0], [2]]) + Tensor([10.0, 20])).flattened(), [11, 21, 12, 22])
    },
    "ct_binary_scalar": {
        let a = Tensor([7.0, -7])
        expectAll(a + 2, [9, -5])
        expectAll(2 + a, [9, -5])
        expectAll(a - 2, [5, -9])
        expectAll(2 - a, [-5, 9])
        expectAll(a * 2, [14, -14])
        expectAll(2 * a, [14, -14])
        expectAll(a / 2, [3.5, -3.5])
        expectAll(3.5 / a, [0.5, -0.5])
        expectAll(a.pow(2), [49, 49])
        expectAll(a.remainder(4), [3, 1])
        #expect((a .== 7).bools() == [true, false] && (a .!= 7).bools() == [false, true])
        #expect((a .< 7).bools() == [false, true] && (a .<= 7).bools() == [true, true])
        #expect((a .> 0).bools() == [true, false] && (a .>= 7).bools() == [true, false])
        // Whole numbers stay whole, and a number never changes the tensor's own precision.
        #expect((Tensor([7]) * 2).dtype == .int64 && (Tensor([7]) / 2).dtype == .float32)
        #expect((2.5 - Tensor([1])).dtype == .float32 && (2.5 - Tensor([1])).item() == 1.5)
        #expect((2.5 / Tensor([2])).item() == 1.25)
        #expect((Tensor([Float(1)]) + 0.1).dtype == .float32)
        #expect((1 / Tensor([Float(3)])).floats() == [1 / 3])
        #expect((Tensor([1]) + .infinity).item() == .infinity)
    },
    "ct_clamp": {
        expectAll(x.clamped(min: -1), [-1, 0, 0.5, 2.5])
        expectAll(x.clamped(max: 0.25), [-1.5, 0, 0.25, 0.25])
        expectAll(x.clamped(min: 0, max: 1), [0, 0, 0.5, 1])
        #expect(Tensor([5]).clamped(max: 3).dtype == .int64)
    },
    "ct_where": { expectAll(x.where(x .> 0, else: -x), [1.5, 0, 0.5, 2.5]) },
    "ct_masked_fill": {
        expectAll(x.masked(x .< 0, with: -.infinity).exp(), [0, 1, 1.6487212707001282, 12.182493960703473])
        #expect(Tensor([1, 2]).masked(Tensor([true, false]), with: -7).ints() == [-7, 2])
    },
    "ct_lerp": { expectAll(Tensor([0.0, 10]).lerp(to: Tensor([1.0, 20]), Tensor([0.5, 0.25])), [0.5, 12.5]) },
    "ct_addcmul": {
        expectAll(Tensor([1.0, 2]).adding(Tensor([3.0, 4]), times: Tensor([5.0, 6]), factor: 2), [31, 50])
    },
    "ct_matmul": {
        let a = Tensor([[1.0, 2], [3, 4]])
        #expect(a.matmul(a).doubles() == [7, 10, 15, 22])
        #expect(Tensor.ones([3, 1, 2, 4]).matmul(.ones([5, 4, 1])).shape == [3, 5, 2, 1])
    },
    "ct_in_place": {
        let y = Tensor([1.0, 2])
        let view = y[0..<1]
        y.inPlaceAdd(Tensor([10.0, 20]), factor: 0.5)
        y.inPlaceMultiply(Tensor([2.0, 2]))
        expectAll(y, [12, 24])
        y.inPlaceCopy(Tensor([3]))
        #expect(view.item() == 3)
    },
    "ct_fill_in_place": {
        let y = Tensor([1.0, 2])
        y[1].inPlaceFill(9)
        expectAll(y, [1, 9])
    },
]
