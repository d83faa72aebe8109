import TestSupport
import Testing
import Torch

@Suite("Multi-head attention")
struct AttentionTests {
    let store = ParameterStore(seed: 5)
    let attention: MultiheadAttention
    let x = Tensor.uniform([2, 4, 6], -2, 2, seed: 1, stream: 1)
    let memory = Tensor.uniform([2, 3, 6], -2, 2, seed: 1, stream: 2)

    init() {
        attention = MultiheadAttention(store.root, width: 6, heads: 3, dropout: 0.5)
        withoutGradient { attention.inProjectionBias.inPlaceCopy(.uniform([18], -1, 1, seed: 1, stream: 3)) }
    }

    @Test("is the same whether its inputs are one tensor or equal ones")
    func sharing() {
        let (a, b) = (x.cloned(), x.cloned())
        let expected = attention(query: a, key: b, value: x)
        #expect(mismatch(attention(query: x, key: x, value: x), expected, absolute: 1e-6) == nil)
        #expect(mismatch(attention(query: x, key: x, value: a), expected, absolute: 1e-6) == nil)
        #expect(mismatch(attention(query: a, key: x, value: x), expected, absolute: 1e-6) == nil)
    }

    @Test("does not see masked keys, in evaluation and in training")
    func masking() {
        let mask = Tensor([[true, true, false], [true, true, true]])
        let changed = memory.replacing(Tensor([0]), Tensor([2]), with: Tensor([Float(100)]))
        for training in [false, true] {
            store.isTraining = training
            let state = store.random.state
            let one = attention(query: x, key: memory, value: memory, mask: mask)
            store.random.state = state
            let two = attention(query: x, key: changed, value: changed, mask: mask)
            #expect(one.floats() == two.floats())
            let open = attention(query: x, key: changed, value: changed)
            #expect(mismatch(one, open) != nil)
        }
    }

    @Test("sees only earlier positions when it is causal, with and without a mask")
    func causal() {
        let changed = x.replacing(nil, Tensor([3]), with: Tensor([Float(9)]))
        let mask = Tensor([[true, true, true, true], [true, false, true, true]])
        for mask in [nil, mask] {
            let one = attention(query: x, key: x, value: x, mask: mask, causal: true)
            let two = attention(query: changed, key: changed, value: changed, mask: mask, causal: true)
            #expect(mismatch(one[0..., ..<3], two[0..., ..<3], absolute: 1e-6) == nil)
            #expect(mismatch(one[0..., 3], two[0..., 3]) != nil)
        }
    }

    @Test("gives weights that add up to 1 over the keys that take part, and explain its output")
    func weights() {
        let mask = Tensor([[true, true, false], [true, true, true]])
        let weights = attention.weights(query: x, key: memory, mask: mask)
        #expect(weights.shape == [2, 4, 3])
        #expect(mismatch(weights.sum(-1), .ones([2, 4])) == nil)
        #expect(weights[0, 0..., 2].abs().max().item() == 0)
        // With one head the output is the weighted mean of the projected values.
        let single = MultiheadAttention(store.root / "single", width: 6, heads: 1)
        let values = memory.linear(single.inProjectionWeight[12...], single.inProjectionBias[12...])
        let expected = single.outProjection(single.weights(query: x, key: memory, mask: mask).matmul(values))
        #expect(
            mismatch(single(query: x, key: memory, value: memory, mask: mask), expected, absolute: 1e-6) == nil)
    }

    @Test("gives NaN to a query without any key, in evaluation and in training alike")
    func noKeys() {
        let mask = Tensor([[false, false, false], [true, true, true]])
        for training in [false, true] {
            store.isTraining = training
            let y = attention(query: x, key: memory, value: memory, mask: mask)
            #expect(y[0].isNaN().all().item() == 1 && y[1].isFinite().all().item() == 1)
        }
    }
}

@Suite("A layer")
struct LayerTests {
    let store = ParameterStore(seed: 5)

    @Test("that normalises batches learns their statistics in training and uses them afterwards")
    func batchNorm() {
        let layer = BatchNorm(store.root, 2)
        let x = Tensor.normal([64, 2, 5], mean: 3, deviation: 2, seed: 1, stream: 1)
        store.isTraining = true
        let normal = layer(x)
        #expect(mismatch(normal.mean(0, 2), .zeros([2]), absolute: 1e-5) == nil)
        #expect(mismatch(normal.variance(0, 2), .ones([2]), absolute: 1e-3) == nil)
        for _ in 0..<200 { _ = layer(x) }
        store.isTraining = false
        let count = Double(64 * 5)
        #expect(mismatch(layer.runningMean, x.mean(0, 2), relative: 1e-4) == nil)
        #expect(mismatch(layer.runningVariance, x.variance(0, 2) * (count / (count - 1)), relative: 1e-4) == nil)
        // The same sample in another batch gives the same.
        #expect(mismatch(layer(x)[0], layer(x[..<1])[0], absolute: 1e-6) == nil)
    }

    @Test("may have no bias")
    func bias() {
        let linear = Linear(store.root / 0, 3, 2, bias: false)
        let convolution = Convolution(store.root / 1, 3, 2, kernel: [1], bias: false)
        #expect(linear(.zeros([4, 3])).floats().allSatisfy { $0 == 0 })
        #expect(convolution(.zeros([4, 3, 5])).floats().allSatisfy { $0 == 0 })
        #expect(store.parameters.map(\.name) == ["0.weight", "1.weight"])
    }

    @Test("says what a tensor is in a line")
    func description() {
        #expect("\(Tensor([[1.0, 2], [3, 4]]))" == "[2, 2] float64: 1.0, 2.0, 3.0, 4.0")
        #expect("\(Tensor.range(0..<9))".hasSuffix("7.0, …"))
        #expect("\(Device.cuda(1)) \(Device.cpu)" == "cuda:1 cpu")
    }

    @Test("reads devices from text", arguments: ["cpu", "cuda", "cuda:3", "cuda:-1", "cuda:", "gpu", ""])
    func devices(_ text: String) {
        let expected: [String: Device] = ["cpu": .cpu, "cuda": .cuda(0), "cuda:3": .cuda(3)]
        #expect(Device(text) == expected[text])
    }
}
