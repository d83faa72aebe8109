import Batches
import Grounding
import TestSupport
import Testing
import Torch

@Suite struct `Rows divided among processes` {
    /// A small model of each kind, with dropout and whatever else sees more than one row.
    private static let models: [(name: String, make: @Sendable (DType) throws -> any GroundingModel)] = [
        (
            "CDNet",
            {
                try CDNetFixture.model(dtype: $0) {
                    ($0.inputDropout, $0.dropout, $0.dropPath) = (0.3, 0.2, 0.3)
                    $0.assignment = .both
                }
            }
        ),
        (
            "MomentDETR",
            {
                var settings = MomentDETRConfiguration(videoWidth: 7, textWidth: 5)
                (settings.hiddenSize, settings.heads, settings.feedForwardSize, settings.queryCount) = (8, 2, 12, 4)
                return try MomentDETR(settings, seed: 1, dtype: $0)
            }
        ),
        (
            "QDDETR",
            {
                var settings = QDDETRConfiguration(videoWidth: 7, textWidth: 5)
                (settings.hiddenSize, settings.heads, settings.feedForwardSize, settings.queryCount) = (8, 2, 12, 4)
                settings.mixesAttentionMasks = true
                return try QDDETR(settings, seed: 1, dtype: $0)
            }
        ),
        (
            "UniVTG",
            {
                var settings = UniVTGConfiguration(videoWidth: 7, textWidth: 5)
                (settings.hiddenSize, settings.heads, settings.feedForwardSize, settings.encoderLayers) = (8, 2, 12, 2)
                settings.headsSeePadding = true
                return try UniVTG(settings, seed: 1, dtype: $0)
            }
        ),
        (
            "UMT",
            {
                var settings = UMTConfiguration(videoWidth: 7, textWidth: 5)
                (settings.hiddenSize, settings.heads, settings.feedForwardSize, settings.audioWidth) = (8, 2, 12, 3)
                settings.decoderSeesPadding = true
                return try UMT(settings, seed: 1, dtype: $0)
            }
        ),
        (
            "XML",
            {
                var settings = XMLConfiguration(videoWidth: 7, textWidth: 5)
                (settings.hiddenSize, settings.heads, settings.boundaryKernel, settings.subtitleWidth) = (8, 2, 3, 2)
                return try XML(settings, seed: 1, dtype: $0)
            }
        ),
        (
            "2D-TAN",
            {
                var settings = TwoDTANConfiguration(videoWidth: 7, textWidth: 5)
                (settings.hiddenSize, settings.mapSize, settings.mapLayers, settings.mapKernel) = (6, 5, 2, 3)
                return try TwoDTAN(settings, seed: 1, dtype: $0)
            }
        ),
    ]

    /// A loss, what random numbers it took, and the gradient of each parameter; nil where it has none.
    private struct Step: Sendable {
        let loss: Double
        let random: RandomSource.State
        let slopes: [Tensor?]
    }

    private static func step(
        _ make: (DType) throws -> any GroundingModel, _ dtype: DType, rows: Int, _ group: ProcessGroup?
    ) throws -> Step {
        let model = try make(dtype)
        model.store.isTraining = true
        model.store.group = group
        let buckets = group.map { GradientBuckets($0, model.store.parameters, bytes: 2000) }
        // The longest video and sentence are the last row's, so that most shares would be shorter by themselves.
        let clips = [5, 9, 7, 6, 11].suffix(rows), words = [3, 2, 4, 1, 6].suffix(rows)
        let batch = CDNetFixture.batch(clips: Array(clips), words: Array(words), dtype: dtype)
        let loss = model.loss(batch).total
        (loss / Double(group?.size ?? 1)).backward()
        try buckets?.finish()
        try group?.check()
        return Step(
            loss: loss.item(), random: model.store.random.state,
            slopes: model.store.parameters.map { $0.tensor.gradient?.cloned() })
    }

    @Test(arguments: models.indices, [2, 3])
    func `give the loss and the gradients of one process`(index: Int, processes: Int) throws {
        let (name, make) = Self.models[index]
        for (dtype, tolerance) in [(DType.float64, 1e-9), (.float32, 2e-4)] {
            // Five rows divide by neither count, and two leave the third process without any.
            for rows in [5, 2] {
                let alone = try Self.step(make, dtype, rows: rows, nil)
                for step in try withRanks(processes, { try Self.step(make, dtype, rows: rows, $0) }) {
                    #expect(abs(step.loss - alone.loss) <= tolerance * max(1, abs(alone.loss)), "\(name) \(dtype)")
                    #expect(step.random == alone.random, "\(name)")
                    for (slope, wanted) in zip(step.slopes, alone.slopes) {
                        #expect((slope == nil) == (wanted == nil), "\(name)")
                        guard let slope, let wanted else { continue }
                        let scale = max(1, wanted.abs().max().item())
                        #expect(
                            slope.isClose(to: wanted, relative: tolerance, absolute: tolerance * scale),
                            "\(name) \(dtype) \(rows) rows: \(slope) is not \(wanted)")
                    }
                }
            }
        }
    }
}
