import Testing
import Torch

@Suite("Layer norm, dropout, linear and ReLU in one pass")
struct NormalizedLinearTests {
    /// Output of the layers in one pass and step by step, and the gradients of the norm's and the linear layer's parameters.
    private func both(
        rate: Double, rows: Int, inputs: Int, outputs: Int, rectified: Bool
    ) -> [(output: Tensor, gradients: [Tensor])] {
        [true, false].map { inOnePass in
            let store = ParameterStore(seed: 5)
            store.isTraining = true
            let norm = LayerNorm(store.root / "norm", inputs)
            let layer = Linear(store.root / "linear", inputs, outputs)
            let dropout = Dropout(store.root / "dropout", rate)
            withoutGradient {
                norm.weight.inPlaceCopy(.uniform([inputs], -1, 2, seed: 2, stream: 0))
                norm.bias.inPlaceCopy(.uniform([inputs], -1, 1, seed: 2, stream: 1))
            }
            let x = Tensor.normal([rows / 3, 3, inputs], mean: 1, deviation: 3, seed: 1, stream: 0)
            let output: Tensor
            if inOnePass {
                output = layer.normalized(x, norm, dropout, rectified: rectified)
            } else {
                let projected = layer(dropout(norm(x)))
                output = rectified ? projected.relu() : projected
            }
            (output * Tensor.normal(output.shape, seed: 1, stream: 1)).sum().backward()
            return (output.detached(), [norm.weight, norm.bias, layer.weight, layer.bias!].map { $0.gradient! })
        }
    }

    @Test(
        "it gives the operations' numbers, gradients and masks",
        arguments: [0, 0.2, 0.7],
        [(6, 5, 16), (99, 70, 32), (132, 300, 96), (660, 450, 256), (660, 64, 20)])
    func agrees(_ rate: Double, _ sizes: (rows: Int, inputs: Int, outputs: Int)) {
        for rectified in [false, true] {
            let results = both(
                rate: rate, rows: sizes.rows, inputs: sizes.inputs, outputs: sizes.outputs, rectified: rectified)
            #expect(results[0].output.isClose(to: results[1].output, relative: 1e-4, absolute: 1e-5))
            for (one, other) in zip(results[0].gradients, results[1].gradients) {
                #expect(one.isClose(to: other, relative: 1e-3, absolute: 2e-4 * other.abs().max().item()))
            }
        }
    }

    @Test("an input that needs a gradient gets one")
    func gradientOfInput() {
        let store = ParameterStore(seed: 5)
        let (norm, layer) = (LayerNorm(store.root / "norm", 8), Linear(store.root / "linear", 8, 16))
        let x = Tensor.normal([4, 8], seed: 1, stream: 0).requiringGradient()
        layer.normalized(x, norm, Dropout(store.root, 0.1), rectified: true).sum().backward()
        #expect(x.gradient?.shape == [4, 8])
    }

    @Test("NaN stays NaN, in its own row")
    func notANumber() {
        let store = ParameterStore(seed: 5)
        let (norm, layer) = (LayerNorm(store.root / "norm", 2), Linear(store.root / "linear", 2, 16))
        let x = Tensor([Float.nan, 1, 2, 3], shape: [2, 2])
        let output = layer.normalized(x, norm, Dropout(store.root, 0.1), rectified: true).isNaN()
        #expect(output[0].all().integer() == 1)
        #expect(output[1].any().integer() == 0)
    }
}
