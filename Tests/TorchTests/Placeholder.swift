import Testing
import Torch

@Test func basics() {
    let x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    #expect(x.matmul(x.transposed()).doubles() == [5, 11, 11, 25])
    let w = Tensor([1.0, 2.0, 3.0]).requiringGradient()
    (w * w).sum().backward()
    #expect(w.gradient!.doubles() == [2, 4, 6])
    let store = ParameterStore(seed: 1)
    store.isTraining = true
    let mha = MultiheadAttention(store.root / "a", width: 8, heads: 2, dropout: 0.1)
    let y = mha(query: .ones([2, 3, 8]), key: .ones([2, 5, 8]), value: .ones([2, 5, 8]))
    #expect(y.shape == [2, 3, 8])
    y.sum().backward()
    let opt = AdamW(store.parameters, learningRate: 0.1)
    clipGradientNorm(store.parameters, limit: 0.1)
    opt.step()
    print(Libtorch.version, Libtorch.cpuCapability, Tensor.liveCount)
}
extension Tensor { static var liveCount: Int { Libtorch.liveTensors } }

@Test func traps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let a = Tensor.ones([2, 3])
        let b = Tensor.ones([4, 5])
        _ = a.matmul(b)
    }
    print(String(decoding: result!.standardErrorContent, as: UTF8.self).prefix(600))
}
@Test func trapsOperator() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let a = Tensor.ones([2, 3])
        let b = Tensor.ones([4, 5])
        _ = a + b
    }
    print(String(decoding: result!.standardErrorContent, as: UTF8.self).prefix(600))
}
