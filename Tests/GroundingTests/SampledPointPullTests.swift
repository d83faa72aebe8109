import Batches
import Testing
import Torch

@testable import Grounding

@Suite("The pull on sampled points")
struct SampledPointPullTests {
    @Test("counts points that can reach a moment, and those that a step against the gradient brings nearer")
    func counting() {
        var pull = SampledPointPull()
        // Before the moment, and the loss falls to the right; after it, and the loss falls to the right as well.
        pull.count(times: [8, 22], gradients: [-1, -3], moments: [Span(10, 20)], reach: 5)
        #expect(pull.reachable == 2 && pull.towards == 1)
        #expect(pull.share == 0.5 && pull.weightedShare == 0.25)
        // Inside, too far away, and without a gradient: none of them counts.
        pull.count(times: [15, 1, 9], gradients: [-1, -1, 0], moments: [Span(10, 20)], reach: 5)
        #expect(pull.reachable == 2)
    }

    @Test("the nearest moment counts")
    func nearest() {
        var pull = SampledPointPull()
        pull.count(times: [26], gradients: [1], moments: [Span(10, 20), Span(28, 30)], reach: 50)
        #expect(pull.reachable == 1 && pull.towards == 0)
    }

    @Test("a model's points are measured with the loss's own gradient")
    func gradient() throws {
        let model = try CDNetFixture.model(dtype: .float64)
        let batch = CDNetFixture.batch(
            clips: [16, 9], words: [4, 6], dtype: .float64, moments: [[Span(9, 14)], [Span(4, 8)]])
        var pull = SampledPointPull()
        model.count(into: &pull, batch)
        #expect(pull.reachable > 0 && pull.towards <= pull.reachable)
        #expect(pull.strength > 0 && pull.strengthTowards <= pull.strength)
        // No gradient is left behind for a training step to pick up.
        #expect(model.store.parameters.allSatisfy { $0.tensor.gradient == nil })
        var none = SampledPointPull()
        try CDNetFixture.model(dtype: .float64) { $0.learnsOffsets = false }.count(into: &none, batch)
        #expect(none.reachable == 0)
    }
}
