import Foundation
import TestSupport
import Testing
import Torch

@Suite("LSTM")
struct LSTMTests {
    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    @Test("one unit does what its equations say, gate by gate")
    func equations() {
        let store = ParameterStore(seed: 1, dtype: .float64)
        let lstm = LSTM(store.root, 1, 1)
        let w: [Double] = [0.5, -0.4, 0.9, 0.3]
        let u: [Double] = [0.2, 0.7, -0.6, 0.1]
        let b: [Double] = [0.1, 0.2, -0.1, 0.05]
        withoutGradient {
            lstm.layers[0].inputWeight.inPlaceCopy(Tensor(w, shape: [4, 1]))
            lstm.layers[0].hiddenWeight.inPlaceCopy(Tensor(u, shape: [4, 1]))
            lstm.layers[0].inputBias.inPlaceCopy(Tensor(b))
            lstm.layers[0].hiddenBias.inPlaceCopy(Tensor([0.01, 0.02, 0.03, 0.04]))
        }
        let inputs: [Double] = [1.5, -2.0, 0.25]
        let hiddenBias: [Double] = [0.01, 0.02, 0.03, 0.04]
        var cell = 0.0
        var output = 0.0
        var expected: [Double] = []
        for x in inputs {
            var gates: [Double] = []
            for index in 0..<4 {
                let weighted: Double = w[index] * x + u[index] * output
                gates.append(weighted + b[index] + hiddenBias[index])
            }
            cell = sigmoid(gates[1]) * cell + sigmoid(gates[0]) * tanh(gates[2])
            output = sigmoid(gates[3]) * tanh(cell)
            expected.append(output)
        }
        let found = lstm(Tensor(inputs, shape: [1, 3, 1]))
        #expect(mismatch(found.flattened(), Tensor(expected), relative: 1e-12, absolute: 1e-14) == nil)
    }

    @Test("names and shapes are PyTorch's, and a layer takes the outputs of the one before")
    func layers() {
        let store = ParameterStore(seed: 2)
        let lstm = LSTM(store.root / "rnn", 5, 3, layers: 2)
        #expect(store["rnn.weight_ih_l0"]?.shape == [12, 5])
        #expect(store["rnn.weight_ih_l1"]?.shape == [12, 3])
        #expect(store["rnn.weight_hh_l1"]?.shape == [12, 3])
        #expect(store["rnn.bias_ih_l0"]?.shape == [12])
        #expect(store["rnn.bias_hh_l1"]?.shape == [12])
        #expect(lstm(.normal([2, 4, 5], seed: 1, stream: 0)).shape == [2, 4, 3])
    }

    @Test("what comes later changes nothing, and rows are independent")
    func causal() {
        let lstm = LSTM(ParameterStore(seed: 3).root, 4, 6, layers: 2)
        let x = Tensor.normal([2, 5, 4], seed: 4, stream: 0)
        let whole = lstm(x)
        #expect(lstm(x.slice(1, 0, 3)).isClose(to: whole.slice(1, 0, 3), relative: 1e-5, absolute: 1e-6))
        #expect(lstm(x.slice(0, 1, 2))[0].isClose(to: whole[1], relative: 1e-5, absolute: 1e-6))
    }

    @Test("gradients are those that finite differences give")
    func gradients() {
        let store = ParameterStore(seed: 5, dtype: .float64)
        let lstm = LSTM(store.root, 2, 2, layers: 2)
        let x = Tensor.normal([2, 3, 2], seed: 6, stream: 0, dtype: .float64)
        let weight = Tensor.normal([2, 3, 2], seed: 6, stream: 1, dtype: .float64)
        let found = gradientMismatch(of: [x] + store.parameters.map(\.tensor)) { (lstm($0[0]) * weight).sum() }
        #expect(found == nil, "\(found?.description ?? "")")
    }
}
