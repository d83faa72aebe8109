import Batches
import Grounding
import TestSupport
import Testing
import Torch

/// What a GPU computes beside what the processor does. Skipped where there is none.
@Suite(.enabled(if: !Device.gpus.isEmpty), .serialized) struct `On a GPU` {
    private static func batch(_ dtype: DType = .float32) -> Batch {
        CDNetFixture.batch(clips: [5, 9, 7, 6, 11], words: [3, 2, 4, 1, 6], dtype: dtype)
    }

    /// The loss's numbers and the gradient of each parameter, on the CPU.
    private static func step(
        _ subject: SmallModel, _ dtype: DType, _ device: Device, training: Bool
    ) throws -> (numbers: [Double], slopes: [Tensor?], draws: UInt64) {
        let model = try subject.make(dtype, device)
        model.store.isTraining = training
        let loss = model.loss(Self.batch(dtype).to(device))
        let numbers = loss.numbers
        loss.total.backward()
        return (
            [numbers.total] + numbers.parts, model.store.parameters.map { $0.tensor.gradient?.to(.cpu) },
            model.store.random.state.stream
        )
    }

    @Test(arguments: SmallModel.all, [DType.float64, .float32])
    func `loss and gradients are the processor's`(subject: SmallModel, dtype: DType) throws {
        let tolerance = dtype == .float64 ? 1e-9 : 2e-4
        let wanted = try Self.step(subject, dtype, .cpu, training: false)
        let found = try Self.step(subject, dtype, .cuda(0), training: false)
        #expect(
            mismatch(
                Tensor(found.numbers), Tensor(wanted.numbers), relative: tolerance, absolute: tolerance) == nil)
        for (slope, wanted) in zip(found.slopes, wanted.slopes) {
            #expect((slope == nil) == (wanted == nil))
            guard let slope, let wanted else { continue }
            let scale = max(1, wanted.abs().max().item())
            #expect(mismatch(slope, wanted, relative: tolerance, absolute: tolerance * scale) == nil)
        }
    }

    @Test(arguments: SmallModel.all) func `answers are the processor's`(subject: SmallModel) throws {
        let wanted = try subject.make(.float32, .cpu).ground(Self.batch())
        let found = try subject.make(.float32, .cuda(0)).ground(Self.batch().to(.cuda(0)))
        for (found, wanted) in zip(found, wanted) {
            #expect(found.moments.count == wanted.moments.count)
            let numbers = [found, wanted].map { Tensor($0.moments.map(\.score) + $0.saliency) }
            #expect(mismatch(numbers[0], numbers[1], relative: 1e-3, absolute: 1e-4) == nil)
        }
    }

    @Test(arguments: SmallModel.all) func `a step with dropout can be repeated`(subject: SmallModel) throws {
        let steps = try (0..<2).map { _ in try Self.step(subject, .float32, .cuda(0), training: true) }
        #expect(steps[0].numbers == steps[1].numbers)
        for (one, other) in zip(steps[0].slopes, steps[1].slopes) {
            #expect(one?.floats() == other?.floats())
        }
        let still = try Self.step(subject, .float32, .cuda(0), training: false)
        // 2D-TAN drops nothing.
        #expect((still.numbers != steps[0].numbers) == (steps[0].draws > 0))
    }

    @Test(arguments: SmallModel.all, [DType.bfloat16, .float16])
    func `mixed precision stays near`(subject: SmallModel, dtype: DType) throws {
        let wanted = try Self.step(subject, .float32, .cuda(0), training: false).numbers[0]
        let model = try subject.make(.float32, .cuda(0))
        let loss = withMixedPrecision(dtype, on: .cuda(0)) { model.loss(Self.batch().to(.cuda(0))) }
        loss.total.backward()
        #expect(abs(loss.total.item() - wanted) < 0.05 * max(1, abs(wanted)))
        #expect(model.store.parameters.allSatisfy { $0.tensor.gradient?.floats().allSatisfy(\.isFinite) ?? true })
    }

    @Test(arguments: SmallModel.all) func `a GPU's training goes where the processor's does`(subject: SmallModel) throws
    {
        func losses(_ device: Device) throws -> [Double] {
            let model = try subject.make(.float64, device)
            let batch = Self.batch(.float64).to(device)
            let optimiser = AdamW(model.store.parameters, learningRate: 1e-3)
            return (0..<20).map { _ in
                model.store.clearGradients()
                let loss = model.loss(batch).total
                loss.backward()
                clipGradientNorm(optimiser.parameters, limit: 0.5)
                optimiser.step()
                return loss.item()
            }
        }
        let (found, wanted) = (try losses(.cuda(0)), try losses(.cpu))
        #expect(mismatch(Tensor(found), Tensor(wanted), relative: 1e-6, absolute: 1e-6) == nil)
        #expect(wanted[19] < wanted[0])
    }

    @Test func `rows divided among processes draw the whole batch's numbers`() {
        let whole = RandomSource(seed: 5)
        let x = Tensor.ones([6, 1000], device: .cuda(0))
        let expected = whole.dropout(x, rate: 0.3)
        for rank in 0..<2 {
            let source = RandomSource(seed: 5)
            let share = RowShare(of: 6, rank: rank, size: 2)
            func own(_ x: Tensor) -> Tensor { x.slice(0, share.rows.lowerBound, share.rows.upperBound) }
            let part = source.withShare(share) { source.dropout(own(x), rate: 0.3) }
            #expect(part.floats() == own(expected).floats())
        }
        let dropped = expected.floats().filter { $0 == 0 }.count
        #expect((1600...2000).contains(dropped))
        #expect(abs(expected.max().item() - 1 / 0.7) < 1e-6)
    }

    @Test func `recorded work can be repeated with other numbers`() {
        let x = Tensor.ones([1000], device: .cuda(0))
        let random = RandomSource(seed: 1)
        var found: Tensor?
        let recording = Recording(on: .cuda(0)) { found = random.dropout(x * 2, rate: 0.5) }
        func replay(_ seed: UInt64) -> [Float] {
            recording.replay(seed: seed)
            return found?.floats() ?? []
        }
        let first = replay(7)
        #expect(Set(first) == [0, 4])
        #expect(replay(8) != first)
        #expect(replay(7) == first)
        x.inPlaceFill(3)
        #expect(replay(7) == first.map { $0 * 3 })
    }

    @Test(arguments: `A loss that can be recorded`.subjects, [DType.float64, .float32])
    func `a recorded loss is the processor's`(subject: SmallModel, dtype: DType) throws {
        let tolerance = dtype == .float64 ? 1e-9 : 2e-4
        let model = try subject.make(dtype, .cuda(0))
        let same = try subject.make(dtype, .cpu)
        let size = Batch.Size(clips: 15, words: 8)
        let places = BatchPlaces()
        let batches = [
            Self.batch(dtype), CDNetFixture.batch(clips: [3, 8, 2, 9, 4], words: [1, 7, 2, 2, 3], dtype: dtype),
        ]
        let placed = batches[0].placed(in: places, size: size)
        var found: (loss: Tensor, slopes: [Tensor?])?
        let recording = Recording(on: .cuda(0)) {
            places.rewind()
            model.store.clearGradients()
            let loss = model.loss(placed)
            loss.total.backward()
            found = (loss.stacked, model.store.parameters.map(\.tensor.gradient))
        }
        for batch in batches + batches {
            places.fill(from: batch)
            recording.replay(seed: 1)
            same.store.clearGradients()
            let wanted = same.loss(batch)
            wanted.total.backward()
            let loss = try #require(found?.loss.to(.cpu))
            #expect(mismatch(loss, wanted.stacked, relative: tolerance, absolute: tolerance) == nil)
            for (slope, parameter) in zip(found?.slopes ?? [], same.store.parameters) {
                guard let slope, let wanted = parameter.tensor.gradient else { continue }
                let scale = max(1, wanted.abs().max().item())
                #expect(mismatch(slope.to(.cpu), wanted, relative: tolerance, absolute: tolerance * scale) == nil)
            }
        }
    }
}
