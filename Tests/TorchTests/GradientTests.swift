import TestSupport
import Testing
import Torch

private func numbers(_ shape: Int..., stream: UInt64, low: Double = -1, high: Double = 1) -> Tensor {
    Tensor.uniform(shape, low, high, seed: 11, stream: stream, dtype: .float64)
}

/// One number that depends on each element in another way.
private func weighted(_ x: Tensor) -> Tensor {
    (x * Tensor.uniform(x.shape, 0.5, 1.5, seed: 12, stream: UInt64(x.count), dtype: .float64)).sum()
}

@Suite("Gradients equal finite differences")
struct GradientTests {
    let store = ParameterStore(seed: 3, dtype: .float64)
    var parameters: [Tensor] { store.parameters.map(\.tensor) }

    @Test("of a linear layer, a layer norm and an embedding")
    func linear() {
        let (linear, norm) = (Linear(store.root / 0, 4, 3), LayerNorm(store.root / 1, 3))
        let words = Embedding(store.root / 2, 5, 4)
        let tokens = Tensor([[0, 3], [3, 3]])
        for entry in store.parameters { withoutGradient { entry.tensor.inPlaceAdd(numbers(1, stream: 1)) } }
        #expect(
            gradientMismatch(of: [numbers(2, 2, 4, stream: 2)] + parameters) { inputs in
                weighted(norm(linear(inputs[0] + words(tokens)).gelu()))
            } == nil)
    }

    @Test(
        "of attention, with masks for keys and for each query, and causal",
        arguments: [
            ("none", false), ("keys", false), ("queries", false), ("heads", false), ("none", true), ("keys", true),
        ],
        [0.0, 0.3])
    func attention(_ kind: (mask: String, causal: Bool), dropout: Double) {
        let attention = MultiheadAttention(store.root, width: 6, heads: 2, dropout: dropout)
        store.isTraining = true
        withoutGradient { attention.inProjectionBias.inPlaceCopy(numbers(18, stream: 4)) }
        let mask: Tensor? =
            switch kind.mask {
            case "keys": Tensor([[true, true, false], [true, true, true]])
            case "queries": (numbers(2, 3, 3, stream: 5) .> 0) .| Tensor.identity(3, dtype: .bool)
            case "heads": (numbers(2, 2, 3, 3, stream: 5) .> 0) .| Tensor.identity(3, dtype: .bool)
            default: nil
            }
        let inputs = [numbers(2, 3, 6, stream: 1), numbers(2, 3, 6, stream: 2), numbers(2, 3, 6, stream: 3)]
        let state = store.random.state
        #expect(
            gradientMismatch(of: inputs + parameters) { inputs in
                store.random.state = state
                return weighted(
                    attention(query: inputs[0], key: inputs[1], value: inputs[2], mask: mask, causal: kind.causal))
            } == nil)
    }

    @Test("of convolution in one, two and three dimensions", arguments: [[3], [2, 3], [2, 1, 2]])
    func convolution(_ kernel: [Int]) {
        let sizes = [5, 4, 3].prefix(kernel.count)
        let layer = Convolution(
            store.root, 4, 4, kernel: kernel, stride: kernel.map { _ in 2 }, padding: kernel.map { $0 / 2 }, groups: 2)
        let x = Tensor.uniform([2, 4] + sizes, -1, 1, seed: 1, stream: 1)
        #expect(gradientMismatch(of: [x] + parameters) { weighted(layer($0[0])) } == nil)
    }

    @Test("of batch normalisation in training")
    func batchNorm() {
        let layer = BatchNorm(store.root, 3)
        store.isTraining = true
        #expect(gradientMismatch(of: [numbers(2, 3, 4, stream: 1)] + parameters) { weighted(layer($0[0])) } == nil)
    }

    @Test("of pooling")
    func pooling() {
        let x = numbers(2, 2, 6, stream: 1)
        #expect(gradientMismatch(of: [x]) { weighted($0[0].maxPool([3], stride: [2], padding: [1])) } == nil)
        #expect(gradientMismatch(of: [x]) { weighted($0[0].averagePool([3], stride: [2], padding: [1])) } == nil)
        #expect(gradientMismatch(of: [x]) { weighted($0[0].adaptiveAveragePool([4])) } == nil)
    }

    @Test("of grid sampling, with respect to what is sampled and where", arguments: [false, true], [false, true])
    func gridSampling(border: Bool, alignCorners: Bool) {
        // Away from the sample points themselves, where there is no gradient.
        let places = Tensor([[-1.3, -0.61, 0.17, 0.83], [0.52, 1.27, -0.07, -0.93]])
        #expect(
            gradientMismatch(of: [numbers(2, 3, 1, 5, stream: 1), places]) { inputs in
                let x = inputs[1].unsqueezed(1)
                let grid = Tensor.stacked([x, x.zerosLike()], -1)
                return weighted(inputs[0].gridSampled(grid, border: border, alignCorners: alignCorners))
            } == nil)
    }

    @Test("of interpolation by gathering neighbours")
    func gathering() {
        let places = Tensor([[0.3, 2.6, 1.2], [3.7, 0.9, 2.1]])
        #expect(
            gradientMismatch(of: [numbers(2, 5, 3, stream: 1), places]) { inputs in
                let left = inputs[1].detached().floor()
                let share = (inputs[1] - left).unsqueezed(-1)
                let index = left.to(.int64).unsqueezed(-1).expanded(-1, -1, 3)
                return weighted(inputs[0].gathered(index, 1).lerp(to: inputs[0].gathered(index + 1, 1), share))
            } == nil)
    }

    @Test("of cosine similarity and normalisation")
    func cosine() {
        let inputs = [numbers(3, 4, stream: 1), numbers(3, 4, stream: 2)]
        #expect(gradientMismatch(of: inputs) { weighted($0[0].cosineSimilarity($0[1])) } == nil)
        #expect(gradientMismatch(of: inputs) { weighted($0[0].normalized() * $0[1].normalized()) } == nil)
    }

    @Test("of losses")
    func losses() {
        let (x, y) = (numbers(3, 4, stream: 1), numbers(3, 4, stream: 2))
        let share = numbers(3, 4, stream: 3, low: 0, high: 1)
        #expect(gradientMismatch(of: [x, y]) { weighted($0[0].smoothL1($0[1], beta: 0.3)) } == nil)
        #expect(
            gradientMismatch(of: [x]) { weighted($0[0].binaryCrossEntropy(withLogits: share, weight: share)) } == nil)
        #expect(
            gradientMismatch(of: [x]) {
                weighted($0[0].crossEntropy(Tensor([3, 0, 1]), weight: numbers(4, stream: 4, low: 0, high: 1)))
            } == nil)
    }

    @Test("of softmax, reductions and sorting")
    func reductions() {
        let x = numbers(3, 4, stream: 1)
        let functions: [(Tensor) -> Tensor] = [
            { $0.softmax(-1) }, { $0.logSoftmax(0) }, { $0.logSumExp(1) }, { $0.mean(0) }, { $0.variance(1) },
            { $0.standardDeviation(1) }, { $0.norm(1) }, { $0.max(1) }, { $0.min() }, { $0.cumulativeSum(1) },
            { $0.sorted(1).values }, { $0.top(2, 1).values }, { $0.interpolated(to: 7) },
        ]
        for (index, function) in functions.enumerated() {
            let shaped: ([Tensor]) -> Tensor = {
                weighted(function(index == functions.count - 1 ? $0[0].unsqueezed(0) : $0[0]))
            }
            #expect(gradientMismatch(of: [x], shaped) == nil, "function \(index)")
        }
    }

    @Test("and a wrong one is found")
    func wrong() {
        // The gradient of x·x with one factor cut off is half of what it should be.
        #expect(gradientMismatch(of: [numbers(3, stream: 1)]) { ($0[0] * $0[0].detached()).sum() } != nil)
    }
}
