import Testing
import Torch

@Suite("Linear layers, large and small")
struct LinearTests {
    /// The library that does the product depends on its size and on the processor; the numbers must not.
    @Test(
        "values and gradients are those of the matrix product",
        arguments: [
            [40, 64], [600, 64], [3, 5, 64], [4, 200, 64], [20, 40, 64], [1, 700, 64], [2, 3, 4, 64], [64],
        ])
    func product(_ shape: [Int]) {
        func inputs() -> (x: Tensor, weight: Tensor, bias: Tensor) {
            (
                Tensor.normal(shape, seed: 1, stream: 1).requiringGradient(),
                Tensor.normal([48, 64], deviation: 0.1, seed: 1, stream: 2).requiringGradient(),
                Tensor.normal([48], seed: 1, stream: 3).requiringGradient()
            )
        }
        let (a, b) = (inputs(), inputs())
        let layered = a.x.linear(a.weight, a.bias)
        let multiplied = b.x.matmul(b.weight.transposed()) + b.bias
        #expect(layered.shape == multiplied.shape)
        #expect(layered.isClose(to: multiplied, relative: 1e-4, absolute: 1e-4))
        let gradient = Tensor.normal(layered.shape, seed: 2, stream: 1)
        layered.backward(gradient: gradient)
        multiplied.backward(gradient: gradient)
        for (ours, theirs) in [(a.x, b.x), (a.weight, b.weight), (a.bias, b.bias)] {
            #expect(ours.gradient!.isClose(to: theirs.gradient!, relative: 1e-4, absolute: 1e-3))
        }
    }

    @Test("inputs with gaps between their rows, and weights cut from a larger one, make no difference")
    func views() {
        let wide = Tensor.normal([8, 120, 128], seed: 1, stream: 1)
        let weights = Tensor.normal([144, 64], deviation: 0.1, seed: 1, stream: 2)
        let part = wide.slice(2, 32, 96)
        let rows = weights[48..<96]
        let expected = part.contiguous().matmul(rows.contiguous().transposed())
        #expect(part.linear(rows).isClose(to: expected, relative: 1e-4, absolute: 1e-4))
        let turned = wide.slice(2, 0, 64).transposed(0, 1)
        let expectedTurned = turned.contiguous().matmul(rows.contiguous().transposed())
        #expect(turned.linear(rows).isClose(to: expectedTurned, relative: 1e-4, absolute: 1e-4))
    }
}
