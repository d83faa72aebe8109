import Grounding
import TestSupport
import Testing
import Torch

@Suite("Attention whose projections lie apart")
struct AttentionLayerTests {
    private let width = 8
    private let x = Tensor.normal([2, 5, 8], seed: 1, stream: 0)
    private let y = Tensor.normal([2, 4, 8], seed: 1, stream: 1)
    private let mask = Tensor([[true, true, true, false], [true, false, true, true]])

    @Test("four linear layers give what one packed projection gives")
    func split() {
        let (one, four) = (ParameterStore(seed: 3), ParameterStore(seed: 4))
        let packed = MultiheadAttention(one.root / "a", width: width, heads: 2)
        let split = SplitAttention(four.root / "a", width: width, heads: 2)
        withoutGradient {
            packed.inProjectionBias.inPlaceCopy(.normal([24], seed: 2, stream: 0))
            for (index, layer) in [split.query, split.key, split.value].enumerated() {
                let rows = index * width..<(index + 1) * width
                layer.weight.inPlaceCopy(packed.inProjectionWeight[rows])
                layer.bias?.inPlaceCopy(packed.inProjectionBias[rows])
            }
            split.output?.weight.inPlaceCopy(packed.outProjection.weight)
            if let bias = packed.outProjection.bias { split.output?.bias?.inPlaceCopy(bias) }
        }
        #expect(four.parameters.map(\.name).contains("a.m.weight"))
        let expected = packed(query: x, key: y, value: y, mask: mask)
        #expect(split(query: x, key: y, value: y, mask: mask).isClose(to: expected, relative: 1e-4, absolute: 1e-6))
    }

    @Test("queries may be wider than values: each head weighs its part of the values by hand")
    func uneven() {
        let heads = AttentionHeads(ParameterStore().root, count: 2)
        let (query, key) = (Tensor.concatenated([x, x * 0.5], 2), Tensor.concatenated([y, y * 2], 2))
        let result = heads(query: query, key: key, value: y, mask: mask)
        for head in 0..<2 {
            let (wide, narrow) = (head * 8..<(head + 1) * 8, head * 4..<(head + 1) * 4)
            let scores = query[0..., 0..., wide].matmul(key[0..., 0..., wide].transposed()) / Double(8).squareRoot()
            let weights = scores.masked(.!mask.unsqueezed(1), with: -.infinity).softmax(-1)
            let expected = weights.matmul(y[0..., 0..., narrow])
            #expect(result[0..., 0..., narrow].isClose(to: expected, relative: 1e-4, absolute: 1e-6))
        }
    }

    @Test("a learned slope below 0 has a gradient, and begins with a quarter")
    func slope() {
        let store = ParameterStore(seed: 1, dtype: .float64)
        let network = FeedForward(store.root, width: 3, hidden: 4, activation: .prelu)
        #expect(network.slope?.item() == 0.25)
        #expect(store.parameters.map(\.name).contains("activation.weight"))
        let activation = Activation.prelu
        #expect(activation(Tensor([-2.0, 0, 3]), slope: Tensor([0.25])).doubles() == [-0.5, 0, 3])
        let input = Tensor.normal([2, 3], seed: 2, stream: 0)
        #expect(
            gradientMismatch(of: [input] + store.parameters.map(\.tensor)) { network($0[0]).squared().sum() } == nil)
    }
}
