import Batches
import Grounding
import TestSupport
import Testing
import Torch

/// That a computation which is recorded with one batch can be repeated with another. What a recording does on a GPU is
/// `GPUTests`' part; here the same places are filled and the computation runs again.
@Suite struct `A loss that can be recorded` {
    /// The models that say so of their batches.
    static let subjects: [SmallModel] = [
        SmallModel(name: "CDNet") { try CDNet(CDNetFixture.configuration(), seed: 3, dtype: $0, device: $1) },
        SmallModel(name: "UniVTG") { dtype, device in
            var settings = UniVTGConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth)
            (settings.hiddenSize, settings.heads, settings.feedForwardSize, settings.encoderLayers) = (8, 2, 12, 2)
            settings.headsSeePadding = false
            return try UniVTG(settings, seed: 1, dtype: dtype, device: device)
        },
    ]

    static let first = CDNetFixture.batch(clips: [5, 9, 7], words: [3, 2, 4], dtype: .float64)
    static let second = CDNetFixture.batch(
        clips: [4, 6, 3], words: [5, 1, 2], seed: 12, dtype: .float64, extraWords: 2)
    static let size = Batch.Size(clips: 10, words: 8)

    private static func numbers(_ model: any GroundingModel, _ batch: Batch) -> Tensor {
        let loss = model.loss(batch)
        model.store.clearGradients()
        loss.total.backward()
        let slopes = model.store.parameters.compactMap { $0.tensor.gradient?.flattened() }
        return .concatenated([loss.stacked] + slopes, 0)
    }

    @Test(arguments: subjects) func `is the same in rows of a fixed size`(subject: SmallModel) throws {
        let model = try subject.make(.float64, .cpu)
        #expect(model.canRecordLoss(of: Self.first))
        let fixed = Self.first.placed(in: BatchPlaces(), size: Self.size)
        #expect(
            mismatch(
                Self.numbers(model, fixed), Self.numbers(model, Self.first), relative: 1e-9, absolute: 1e-10) == nil)
    }

    @Test(arguments: subjects) func `is another batch's where its places hold that one`(subject: SmallModel) throws {
        let model = try subject.make(.float64, .cpu)
        let places = BatchPlaces()
        let recorded = Self.first.placed(in: places, size: Self.size)
        let before = Self.numbers(model, recorded)
        for batch in [Self.second, Self.first] {
            places.fill(from: batch)
            places.rewind()
            let found = Self.numbers(model, recorded)
            #expect(mismatch(found, Self.numbers(model, batch), relative: 1e-9, absolute: 1e-10) == nil)
            #expect(
                (mismatch(found, before, relative: 1e-9, absolute: 1e-10) == nil)
                    == (batch.queries == Self.first.queries))
        }
    }

    @Test(arguments: subjects) func `draws anew for each batch`(subject: SmallModel) throws {
        let model = try subject.make(.float64, .cpu)
        model.store.isTraining = true
        let places = BatchPlaces()
        _ = Self.numbers(model, Self.first.placed(in: places, size: Self.size))
        let draws = model.store.random.state.stream
        places.fill(from: Self.first)
        #expect(model.store.random.state.stream > draws)
    }

    @Test func `is not UniVTG's where a query has no salient clip`() throws {
        let model = try Self.subjects[1].make(.float32, .cpu)
        let batch = CDNetFixture.batch(clips: [5, 9], words: [3, 2], moments: [[Span(2, 6)], []])
        #expect(!model.canRecordLoss(of: batch))
    }

    @Test func `is not UniVTG's where its heads would see more padding`() throws {
        let model = try UniVTG(
            UniVTGConfiguration(videoWidth: CDNetFixture.videoWidth, textWidth: CDNetFixture.textWidth))
        func sized(_ clips: Int) -> Batch { Self.first.placed(in: BatchPlaces(), size: .init(clips: clips, words: 8)) }
        #expect(model.configuration.headsSeePadding)
        #expect(model.canRecordLoss(of: sized(9)) && !model.canRecordLoss(of: sized(10)))
    }

    @Test func `is not CDNet's where clips are matched`() throws {
        #expect(!(try CDNetFixture.model { $0.assignment = .both }).canRecordLoss(of: Self.first))
    }
}
