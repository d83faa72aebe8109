import TensorFiles
import TestSupport
import Testing
import Torch

/// A linear layer that learns a fixed rule from batches drawn from a source.
private struct Run {
    let store = ParameterStore(seed: 1)
    let layer: Linear
    let optimizer: AdamW
    let source = RandomSource(seed: 2)

    init() {
        layer = Linear(store.root / "layer", 6, 3)
        optimizer = AdamW(store.parameters, learningRate: 0.01, weightDecay: 0.1)
    }

    @discardableResult
    func train(_ steps: Int) -> [Double] {
        (0..<steps).map { _ in
            store.clearGradients()
            let x = source.normal([8, 6])
            let loss = (layer(x) - x[0..., ..<3]).squared().mean()
            loss.backward()
            optimizer.step()
            return loss.item()
        }
    }
}

@Suite("AdamW")
struct OptimiserTests {
    @Test("learns")
    func learns() {
        let losses = Run().train(400)
        let (first, last) = (losses.prefix(20).reduce(0, +), losses.suffix(20).reduce(0, +))
        #expect(last < 0.1 * first)
    }

    @Test("goes on from what was saved, through a file's arrays, to the last bit")
    func restore() throws {
        let whole = Run()
        whole.train(7)
        let (parameters, state) = (whole.store.arrays, whole.source.state)
        var saved: [String: (first: StoredTensor, second: StoredTensor, step: StoredTensor)] = [:]
        for (name, moments) in whole.optimizer.moments {
            saved[name] = (StoredTensor(moments.first), StoredTensor(moments.second), StoredTensor(moments.step))
        }
        let expected = whole.train(5)

        let second = Run()
        second.train(2)
        try second.store.load(parameters)
        for (name, moments) in saved {
            second.optimizer.restore(
                name,
                AdamW.Moments(
                    first: Tensor(moments.first), second: Tensor(moments.second), step: Tensor(moments.step)))
        }
        second.source.state = state
        #expect(second.train(5) == expected)
        #expect(second.store.arrays == whole.store.arrays)
        // What was saved is not what the optimiser goes on changing.
        #expect(saved["layer.weight"]?.step.doubles() == [7])
    }

    @Test("leaves a parameter without a gradient alone, weight decay included")
    func untouched() {
        let store = ParameterStore(seed: 1)
        let (used, unused) = (store.root.parameter("a", [2], .ones), store.root.parameter("b", [2], .ones))
        let optimizer = AdamW(store.parameters, learningRate: 0.1, weightDecay: 0.5)
        used.sum().backward()
        optimizer.step()
        #expect(unused.floats() == [1, 1] && used.floats() != [1, 1])
        #expect(optimizer.moments["b"] == nil && optimizer.moments["a"]?.step.item() == 1)
    }

    @Test("reads a gradient by its place, whatever its strides")
    func strides() {
        let update = { (gradient: Tensor) in
            let store = ParameterStore(seed: 1)
            let x = store.root.parameter("x", [2, 3], .ones)
            x.gradient = gradient
            let optimizer = AdamW(store.parameters, learningRate: 0.1)
            optimizer.step()
            return optimizer.moments["x"]!.first.floats()
        }
        let gradient = Tensor([[1, 2], [3, 4], [5, 6]] as [[Float]])
        #expect(update(gradient.transposed()) == update(gradient.transposed().contiguous()))
    }

    @Test("clips the norm over all gradients together, and not below the limit")
    func clipping() {
        let store = ParameterStore()
        let (a, b) = (store.root.parameter("a", [3], .ones), store.root.parameter("b", [2, 2], .ones))
        a.gradient = .full([3], 2)
        b.gradient = .full([2, 2], 1)
        #expect(clipGradientNorm(store.parameters, limit: 4.5) == 4)
        #expect(a.gradient?.floats() == [2, 2, 2])
        #expect(clipGradientNorm(store.parameters, limit: 1) == 4)
        #expect(mismatch(a.gradient!, .full([3], 0.5)) == nil && mismatch(b.gradient!, .full([2, 2], 0.25)) == nil)
        store.clearGradients()
        #expect(clipGradientNorm(store.parameters, limit: 1) == 0)
    }
}

@Suite("A schedule")
struct ScheduleTests {
    @Test("stays, steps down, or follows half a cosine")
    func shapes() {
        #expect((0..<3).map { Schedule().factor(at: $0) } == [1, 1, 1])
        let step = Schedule(.step(interval: 2, factor: 0.5))
        #expect((0..<6).map { step.factor(at: $0) } == [1, 1, 0.5, 0.5, 0.25, 0.25])
        let cosine = Schedule(.cosine(total: 10, floor: 0.1))
        #expect(cosine.factor(at: 0) == 1)
        #expect(abs(cosine.factor(at: 5) - 0.55) < 1e-12)
        #expect(abs(cosine.factor(at: 10) - 0.1) < 1e-12 && abs(cosine.factor(at: 99) - 0.1) < 1e-12)
    }

    @Test("rises linearly over the warm-up, and then starts")
    func warmup() {
        let step = Schedule(.step(interval: 2, factor: 0.1), warmup: 4)
        #expect((0..<6).map { step.factor(at: $0) } == [0.25, 0.5, 0.75, 1, 1, 1])
        #expect(abs(step.factor(at: 6) - 0.1) < 1e-12)
        let cosine = Schedule(.cosine(total: 12, floor: 0), warmup: 2)
        #expect(cosine.factor(at: 2) == 1 && abs(cosine.factor(at: 7) - 0.5) < 1e-12)
        #expect(abs(cosine.factor(at: 12)) < 1e-12)
    }
}
