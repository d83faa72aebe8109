import Batches
import Grounding
import Testing
import Torch

@Suite("CDNet: gradients")
struct CDNetGradientTests {
    /// (f(x + εu) − f(x − εu)) / 2ε against ⟨gradient, u⟩ for a random direction u.
    private func expectSlope(
        of x: Tensor, along seed: UInt64, _ gradient: Tensor, step: Double = 1e-6, tolerance: Double = 1e-6,
        _ name: String, _ f: () -> Tensor
    ) {
        let direction = Tensor.normal(x.shape, seed: seed, stream: 5, dtype: .float64)
        let slope: Double = withoutGradient {
            let start = x.cloned()
            x.inPlaceAdd(direction, factor: step)
            let above = f().item()
            x.inPlaceCopy(start)
            x.inPlaceAdd(direction, factor: -step)
            let below = f().item()
            x.inPlaceCopy(start)
            return (above - below) / (2 * step)
        }
        let expected = (gradient * direction).sum().item()
        #expect(
            abs(slope - expected) <= tolerance * max(1, abs(slope)),
            "\(name): finite differences \(slope), backward \(expected)")
    }

    @Test(
        "the whole loss has the gradients that finite differences give",
        arguments: [
            CDNetConfiguration.Assignment.dense, .hungarian, .both,
        ])
    func wholeLoss(_ assignment: CDNetConfiguration.Assignment) throws {
        let model = try CDNetFixture.model(dtype: .float64) {
            $0.assignment = assignment
            $0.interContrast = assignment == .both ? .symmetric : .oneWay
            $0.offsetGroups = assignment == .dense ? 2 : 1
        }
        let batch = CDNetFixture.batch(clips: [10, 7, 9], words: [4, 2, 3], dtype: .float64)
        // Away from the start, where biases are zero and norms do nothing.
        withoutGradient {
            for (index, entry) in model.store.parameters.enumerated() {
                entry.tensor.inPlaceAdd(
                    .normal(entry.tensor.shape, seed: 8, stream: UInt64(index), dtype: .float64), factor: 0.1)
            }
        }
        model.loss(batch).total.backward()
        for (index, entry) in model.store.parameters.enumerated() {
            let gradient = try #require(entry.tensor.gradient, "\(entry.name) has no gradient")
            expectSlope(of: entry.tensor, along: UInt64(index), gradient, entry.name) { model.loss(batch).total }
        }
    }

    @Test("the sampler has the gradients that finite differences give, for signals and positions")
    func sampler() {
        let signal = Tensor.normal([2, 6, 3], seed: 1, stream: 0, dtype: .float64).requiringGradient()
        let positions = Tensor([[-1.3, -0.71, 0.12, 0.97, 1.4], [-0.99, -0.3, 0.05, 0.44, 0.6]])
            .requiringGradient()
        let weight = Tensor.normal([2, 5, 3], seed: 1, stream: 1, dtype: .float64)
        let last = Tensor([[5.0], [3.0]])
        func value() -> Tensor {
            let clips = LinearSampler.inClips(LinearSampler.clamped(positions), lastClip: last)
            return (LinearSampler.weights(clips, clips: 6).matmul(signal) * weight).sum()
        }
        value().backward()
        expectSlope(of: signal, along: 3, signal.gradient!, "signal", value)
        expectSlope(of: positions, along: 4, positions.gradient!, "positions", value)
    }

    @Test("padded clips and words get no gradient")
    func padding() throws {
        let model = try CDNetFixture.model { $0.assignment = .both }
        let batch = CDNetFixture.batch(
            clips: [10, 6, 1], words: [4, 2, 1], extraClips: 2, extraWords: 1, padding: 0.5)
        let video = batch.video.requiringGradient()
        let text = batch.text.requiringGradient()
        model.loss(CDNetFixture.batch(batch, video: video, text: text)).total.backward()
        let videoGradient = try #require(video.gradient)
        let textGradient = try #require(text.gradient)
        #expect(videoGradient.abs().masked(batch.videoMask.unsqueezed(-1), with: 0).sum().item() == 0)
        #expect(textGradient.abs().masked(batch.textMask.unsqueezed(-1), with: 0).sum().item() == 0)
        #expect(videoGradient.abs().sum(-1).selected(batch.videoMask).min().item() > 0)
        #expect(textGradient.abs().sum(-1).selected(batch.textMask).min().item() > 0)
    }
}
