import CTorch
import Testing
import Torch

/// autograd.cpp.
let autogradExercises: [String: Exercise] = [
    "ct_requires_gradient": { #expect(!Tensor([1.0]).requiresGradient) },
    "ct_set_requires_gradient": {
        let x = Tensor([1.0])
        #expect(x.requiringGradient().requiresGradient && x.requiresGradient)
        #expect(!x.requiringGradient(false).requiresGradient)
    },
    "ct_detach": {
        let x = Tensor([2.0]).requiringGradient()
        let y = x.squared()
        (y * y.detached()).backward()
        #expect(x.gradient?.item() == 16)
    },
    "ct_backward": {
        let x = Tensor([1.0, 2]).requiringGradient()
        let y = x.squared()
        y.backward(gradient: Tensor([1.0, 10]), keepingGraph: true)
        #expect(x.gradient?.doubles() == [2, 40])
        y.sum().backward()
        #expect(x.gradient?.doubles() == [4, 44])
    },
    "ct_gradient": { #expect(Tensor([1.0]).requiringGradient().gradient == nil) },
    "ct_set_gradient": {
        let x = Tensor([1.0]).requiringGradient()
        x.gradient = Tensor([5.0])
        #expect(x.gradient?.item() == 5)
        x.gradient = nil
        #expect(x.gradient == nil)
    },
    "ct_gradients_of": {
        let (x, other) = (Tensor([3.0]).requiringGradient(), Tensor([1.0]).requiringGradient())
        let first = x.pow(3).sum().gradients(of: [x, other], recorded: true)
        #expect(first[0]?.item() == 27 && first[1] == nil && x.gradient == nil)
        #expect(first[0]?.sum().gradients(of: [x])[0]?.item() == 18)
    },
]

/// random.cpp; more in RandomTests.
let randomExercises: [String: Exercise] = [
    "ct_random_words": {
        var words = [UInt32](repeating: 0, count: 4)
        #expect(ct_random_words(0, 0, 0, &words) == 0)
        #expect(words == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    },
    "ct_random_uniform": {
        let x = Tensor.uniform([1000], -1, 3, seed: 1, stream: 2)
        #expect(x.min().item() >= -1 && x.max().item() < 3 && abs(x.mean().item() - 1) < 0.2)
    },
    "ct_random_normal": {
        let x = Tensor.normal([10_000], mean: 5, deviation: 2, seed: 1, stream: 2)
        #expect(abs(x.mean().item() - 5) < 0.1 && abs(x.standardDeviation().item() - 2) < 0.1)
    },
    "ct_dropout": {
        let y = RandomSource(seed: 1).dropout(.ones([100]), rate: 0.5)
        #expect(Set(y.doubles()) == [0, 2])
    },
]

/// optimisers.cpp; more in OptimiserTests.
let optimiserExercises: [String: Exercise] = [
    "ct_fused_adamw": {
        let store = ParameterStore(dtype: .float64)
        let x = store.root.parameter("x", [1], .ones)
        x.gradient = Tensor([0.5])
        AdamW(store.parameters, learningRate: 0.1, weightDecay: 0.5).step()
        // The first step goes by the rate whatever the gradient's size: 1·(1 − 0.1·0.5) − 0.1.
        #expect(abs(x.item() - 0.85) < 1e-8)
    },
    "ct_global_norm": {
        let store = ParameterStore()
        store.root.parameter("a", [1], .ones).gradient = Tensor([Float(3)])
        store.root.parameter("b", [1], .ones).gradient = Tensor([Float(4)])
        #expect(clipGradientNorm(store.parameters, limit: 100) == 5)
        #expect(store["a"]?.gradient?.item() == 3)
    },
    "ct_scale_in_place": {
        let store = ParameterStore()
        let x = store.root.parameter("x", [2], .ones)
        x.gradient = Tensor([Float(3), 4])
        #expect(clipGradientNorm(store.parameters, limit: 1) == 5)
        #expect(abs((x.gradient?.norm().item() ?? 0) - 1) < 1e-6)
    },
    "ct_unscale_in_place": {
        let gradients = [Tensor([8.0]), Tensor([16.0])]
        #expect(GradientScaler(scale: 8).unscale(gradients))
        #expect(gradients.map { $0.item() } == [1, 2])
    },
]
