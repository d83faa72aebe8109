import Testing
import Torch

@Suite("Attention in one pass")
struct FusedAttentionTests {
    /// The same layer and inputs in `float32`, where attention is one pass, and in `float64`, where it is step by step.
    private struct Case {
        let layer: MultiheadAttention
        let inputs: [Tensor]
        let output: Tensor

        init(
            _ dtype: DType, shared: [Int], mask: Tensor? = nil, queries: Int = 5, keys: Int = 70, rate: Double = 0
        ) {
            let store = ParameterStore(seed: 7, dtype: dtype)
            store.isTraining = rate > 0
            layer = MultiheadAttention(store.root, width: 12, heads: 3, dropout: rate)
            let made = (0..<3).map { part in
                Tensor.normal([2, part == 0 ? queries : keys, 12], seed: 3, stream: UInt64(part)).to(dtype)
                    .requiringGradient()
            }
            inputs = shared.map { made[$0] }
            output = layer(query: inputs[0], key: inputs[1], value: inputs[2], mask: mask)
            let weights = Tensor.normal(output.shape, seed: 3, stream: 9).to(dtype)
            (output * weights).sum().backward()
        }
    }

    /// Which of the three inputs are one tensor decides which projections are one product.
    @Test(
        "outputs and gradients are those of the operations one by one",
        arguments: [[0, 1, 2], [0, 1, 1], [0, 0, 2], [0, 0, 0]], [false, true])
    func agrees(_ shared: [Int], _ isMasked: Bool) throws {
        let queries = shared == [0, 1, 2] || shared == [0, 1, 1] ? 5 : 70
        let mask = Tensor.uniform([2, 70], seed: 1, stream: 4) .> 0.3
        let cases = [DType.float32, .float64].map {
            Case($0, shared: shared, mask: isMasked ? mask : nil, queries: queries)
        }
        #expect(cases[0].output.to(.float64).isClose(to: cases[1].output, relative: 1e-4, absolute: 1e-5))
        for part in 0..<3 {
            let (one, other) = (try #require(cases[0].inputs[part].gradient), cases[1].inputs[part].gradient!)
            #expect(one.to(.float64).isClose(to: other, relative: 1e-3, absolute: 1e-4), "input \(part)")
        }
        let weights = cases.map { $0.layer.inProjectionWeight.gradient!.to(.float64) }
        #expect(weights[0].isClose(to: weights[1], relative: 1e-3, absolute: 1e-4))
    }

    @Test("a mask of its own for each head and query")
    func headMask() {
        let mask = Tensor.uniform([2, 3, 5, 70], seed: 1, stream: 5) .> 0.5
        let cases = [DType.float32, .float64].map { Case($0, shared: [0, 1, 2], mask: mask) }
        #expect(cases[0].output.to(.float64).isClose(to: cases[1].output, relative: 1e-4, absolute: 1e-5))
    }

    @Test("a query without any key gets NaN, others keep their numbers")
    func noKeys() {
        let mask = Tensor.concatenated([.zeros([1, 70], dtype: .bool), .ones([1, 70], dtype: .bool)], 0)
        let masked = Case(.float32, shared: [0, 1, 2], mask: mask).output
        let whole = Case(.float32, shared: [0, 1, 2]).output
        #expect(masked[0].isNaN().all().integer() == 1)
        #expect(masked[1].isClose(to: whole[1], relative: 1e-6, absolute: 1e-7))
    }

    @Test("dropout keeps the mean, and takes away in the backward pass what it took away in the forward pass")
    func dropout() {
        let count = 200
        let store = ParameterStore(seed: 7)
        store.isTraining = true
        let layer = MultiheadAttention(store.root, width: 4, heads: 2, dropout: 0.25)
        let query = Tensor.normal([1, 3, 4], seed: 1, stream: 0)
        let key = Tensor.normal([1, 6, 4], seed: 1, stream: 1)
        let value = Tensor.normal([1, 6, 4], seed: 1, stream: 2).requiringGradient()
        var sum = Tensor.zeros([1, 3, 4])
        for _ in 0..<count {
            value.gradient = nil
            let output = layer(query: query, key: key, value: value)
            sum = sum + output.detached()
            // The output is linear in the values but for the biases, which are zero here.
            let weights = Tensor.normal([1, 3, 4], seed: 2, stream: 0)
            (output * weights).sum().backward()
            let along = (value.gradient! * value.detached()).sum().item()
            #expect(abs(along - (output.detached() * weights).sum().item()) < 1e-4)
        }
        store.isTraining = false
        let expected = withoutGradient { layer(query: query, key: key, value: value) }
        #expect((sum / Double(count)).isClose(to: expected, relative: 0, absolute: 0.1))
    }

    @Test("gradients of query and key are those of finite differences, dropout included")
    func differences() {
        let store = ParameterStore(seed: 7)
        store.isTraining = true
        let layer = MultiheadAttention(store.root, width: 4, heads: 2, dropout: 0.25)
        let key = Tensor.normal([1, 6, 4], seed: 1, stream: 1)
        let value = Tensor.normal([1, 6, 4], seed: 1, stream: 2)
        let query = Tensor.normal([1, 3, 4], seed: 1, stream: 0).requiringGradient()
        let direction = Tensor.normal([1, 3, 4], seed: 1, stream: 3)
        let state = store.random.state
        func loss(_ query: Tensor) -> Tensor {
            store.random.state = state
            return (layer(query: query, key: key, value: value) * direction).sum()
        }
        loss(query).backward()
        let slope = (query.gradient! * direction).sum().item()
        let width = 1e-2
        let (after, before) = withoutGradient {
            (loss(query + direction * width).item(), loss(query - direction * width).item())
        }
        #expect(abs((after - before) / (2 * width) - slope) < 2e-3 * max(1, abs(slope)))
    }
}
