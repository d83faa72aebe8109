import TestSupport
import Testing
import Torch

@Suite("Products with packed weights")
struct PackedLinearTests {
    private func random(_ shape: [Int], _ stream: UInt64) -> Tensor {
        .normal(shape, deviation: 1, seed: 3, stream: stream)
    }

    /// Rows, inputs, outputs: full tiles and panels, remainders of both, more rows than a block has, and one of each.
    private static let sizes = [
        [1, 1, 1], [7, 5, 13], [6, 16, 16], [101, 33, 70], [250, 64, 8], [3, 40, 9], [96, 8, 96], [50, 768, 48],
    ]

    @Test("are those of a linear layer, with every last step", arguments: sizes)
    func float32(_ sizes: [Int]) {
        let (rows, inputs, outputs) = (sizes[0], sizes[1], sizes[2])
        let x = random([rows, inputs], 0)
        // Sums of about 1, so that rounding stays below the tolerance near zero too.
        let weight = random([outputs, inputs], 1) * (1 / Double(inputs).squareRoot())
        let bias = random([outputs], 2)
        let layer = PackedLinear(weight: weight, bias: bias)
        let sums = x.linear(weight, bias)
        #expect(mismatch(layer(x), sums) == nil)
        #expect(mismatch(layer(x, activation: .rectified), sums.relu()) == nil)
        #expect(mismatch(layer(x, activation: .quickGELU), sums * (sums * 1.702).sigmoid()) == nil)
        let addend = random([rows, outputs], 4)
        #expect(mismatch(layer(x, adding: addend.cloned(), activation: .rectified), (sums + addend).relu()) == nil)
    }

    @Test("a result's memory is the addend's, and the first dimensions stay")
    func memory() {
        let layer = PackedLinear(weight: random([4, 6], 0))
        let (x, addend) = (random([2, 3, 6], 1), Tensor.zeros([2, 3, 4]))
        let y = layer(x, adding: addend)
        #expect(y.shape == [2, 3, 4])
        #expect(y.floats() == addend.floats())
    }

    @Test("NaN and infinity come out as such, and the sigmoid holds far from zero")
    func extremes() {
        let layer = PackedLinear(weight: Tensor([1] as [Float], shape: [1, 1]))
        let x = Tensor([-1000, -60, 60, 1000, Float.infinity, .nan] as [Float], shape: [6, 1])
        let found = layer(x, activation: .quickGELU).floats()
        #expect(found[0] == 0 || abs(found[0]) < 1e-30)
        #expect(abs(found[1]) < 1e-30)
        #expect(found[2...4] == [60, 1000, .infinity])
        #expect(found[5].isNaN)
        #expect(layer(x, activation: .rectified).floats()[5].isNaN)
    }

    @Test("a row's numbers do not depend on the rows beside it or on the count of threads", arguments: [false, true])
    func rows(_ isInteger: Bool) {
        let layer = PackedLinear(
            weight: random([70, 24], 0), bias: random([70], 1), arithmetic: isInteger ? .int8 : .float32)
        let x = random([211, 24], 2)
        let all = layer(x)
        #expect(layer(x.slice(0, 100, 103)).floats() == all.slice(0, 100, 103).contiguous().floats())
        #expect(Libtorch.onOneThread { layer(x) }.floats() == all.floats())
    }

    @Test("whole numbers that need no rounding give exactly the product", arguments: sizes)
    func wholeNumbers(_ sizes: [Int]) {
        let (rows, inputs, outputs) = (sizes[0], sizes[1], sizes[2])
        // Rows from 0 to 127 and weights of at most 63, so that every scale is 1. Their greatest products come first.
        let x = (0..<(rows * inputs)).map { place -> Float in
            let (row, k) = (place / inputs, place % inputs)
            return k == 0 ? 0 : k < 6 ? 127 : Float((row * 31 + k * 17) % 128)
        }
        let weight = (0..<(outputs * inputs)).map { place -> Float in
            let (column, k) = (place / inputs, place % inputs)
            return k < 6 ? (column % 2 == 0 ? 63 : -63) : Float((column * 29 + k * 13) % 127 - 63)
        }
        let (input, matrix) = (Tensor(x, shape: [rows, inputs]), Tensor(weight, shape: [outputs, inputs]))
        let found = PackedLinear(weight: matrix, arithmetic: .int8)(input)
        #expect(found.floats() == input.linear(matrix, nil).floats())
    }

    @Test("whole numbers are near the product, also of rows that are all the same and of weights of zeros")
    func nearness() {
        let (x, weight) = (random([40, 256], 0), random([96, 256], 1))
        let (found, wanted) = (PackedLinear(weight: weight, arithmetic: .int8)(x), x.linear(weight, nil))
        let cosine = (found * wanted).sum().item() / (found.norm().item() * wanted.norm().item())
        #expect(cosine > 0.9995)
        let flat = PackedLinear(weight: weight, arithmetic: .int8)(.ones([2, 256]) * 3)
        #expect(mismatch(flat, Tensor.ones([2, 256]).linear(weight, nil) * 3, relative: 0.02, absolute: 5) == nil)
        let empty = PackedLinear(weight: .zeros([5, 8]), bias: .ones([5]), arithmetic: .int8)
        #expect(empty(random([3, 8], 2)).floats() == [Float](repeating: 1, count: 15))
    }
}

@Suite("Convolutions with packed weights")
struct DirectConvolutionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let input: [Int], outputs: Int, kernel: [Int], stride: [Int]
        var testDescription: String { "\(input) → \(outputs), \(kernel) by \(stride)" }
    }

    @Test(
        "are libtorch's, in space, in time and in both",
        arguments: [
            Case(input: [3, 9, 7, 5], outputs: 20, kernel: [1, 3, 3], stride: [1, 1, 1]),
            Case(input: [3, 9, 7, 16], outputs: 8, kernel: [1, 3, 3], stride: [1, 2, 2]),
            Case(input: [9, 4, 5, 8], outputs: 16, kernel: [7, 1, 1], stride: [4, 1, 1]),
            Case(input: [4, 5, 6, 3], outputs: 33, kernel: [3, 3, 3], stride: [2, 2, 2]),
            Case(input: [2, 3, 3, 32], outputs: 128, kernel: [1, 1, 1], stride: [1, 2, 2]),
        ])
    func comparison(_ form: Case) {
        let x = Tensor.normal(form.input, deviation: 1, seed: 1, stream: 0)
        let weight = Tensor.normal([form.outputs, form.input[3]] + form.kernel, deviation: 0.3, seed: 1, stream: 1)
        let bias = Tensor.normal([form.outputs], deviation: 1, seed: 1, stream: 2)
        let padding = form.kernel.map { $0 / 2 }
        let layer = DirectConvolution(weight: weight, bias: bias, stride: form.stride, padding: padding)
        let wanted = x.permuted(3, 0, 1, 2).unsqueezed(0).convolution(
            weight, bias, stride: form.stride, padding: padding
        ).squeezed(0).permuted(1, 2, 3, 0)
        #expect(mismatch(layer(x, rectified: false), wanted.contiguous()) == nil)
        let addend = Tensor.normal(wanted.shape, deviation: 1, seed: 1, stream: 3)
        #expect(mismatch(layer(x, adding: addend.cloned()), (wanted + addend).relu()) == nil)
    }

    @Test("reads a row of the kernel at once where the input brings its margin")
    func joinedWidth() {
        let x = Tensor.normal([3, 10, 12, 3], deviation: 1, seed: 1, stream: 0)
        let weight = Tensor.normal([8, 3, 3, 7, 7], deviation: 0.1, seed: 1, stream: 1)
        let bias = Tensor.zeros([8])
        let joined = DirectConvolution(
            weight: weight, bias: bias, stride: [1, 2, 2], padding: [1, 3, 0], joinsWidth: true)
        let plain = DirectConvolution(weight: weight, bias: bias, stride: [1, 2, 2], padding: [1, 3, 3])
        #expect(mismatch(joined(x.padded([0, 0, 3, 3])), plain(x)) == nil)
    }
}
