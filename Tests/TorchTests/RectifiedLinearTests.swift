import Testing
import Torch

@Suite("Linear, ReLU and dropout in one pass")
struct RectifiedLinearTests {
    /// Outputs of the layer in one pass and step by step, and gradients of input, weight and bias.
    private func both(rate: Double, outputs: Int = 128) -> [(output: Tensor, gradients: [Tensor])] {
        [true, false].map { inOnePass in
            let store = ParameterStore(seed: 5)
            store.isTraining = true
            let layer = Linear(store.root, 6, outputs)
            let dropout = Dropout(store.root / "dropout", rate)
            let x = Tensor.normal([2, 3, 6], seed: 1, stream: 0).requiringGradient()
            let output = inOnePass ? layer.rectified(x, dropout: dropout) : dropout(layer(x).relu())
            (output * Tensor.normal(output.shape, seed: 1, stream: 1)).sum().backward()
            return (output.detached(), [x, layer.weight, layer.bias!].map { $0.gradient! })
        }
    }

    @Test("it gives the three operations' numbers, gradients and masks", arguments: [0, 0.1, 0.5], [128, 100])
    func agrees(_ rate: Double, _ outputs: Int) {
        let results = both(rate: rate, outputs: outputs)
        #expect(results[0].output.isClose(to: results[1].output, relative: 1e-5, absolute: 1e-6))
        for (one, other) in zip(results[0].gradients, results[1].gradients) {
            #expect(one.isClose(to: other, relative: 1e-4, absolute: 1e-5))
        }
    }

    @Test("NaN stays NaN")
    func notANumber() {
        let store = ParameterStore(seed: 5)
        let layer = Linear(store.root, 2, 64)
        let output = layer.rectified(Tensor([Float.nan, 1], shape: [1, 2]), dropout: Dropout(store.root, 0.1))
        #expect(output.isNaN().all().integer() == 1)
    }
}
