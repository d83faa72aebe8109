import Batches
import Grounding
import Torch

/// One step of training: loss, gradients, clipping, AdamW.
public struct TrainingStepBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "training-step"
    /// One line on what it does.
    public static let summary = "loss, gradients, clipping and AdamW on 32 videos of 75 clips, with dropout"

    /// Queries a step.
    let batchSize: Int

    /// Makes the benchmark.
    public init(batchSize: Int = 32) { self.batchSize = batchSize }

    /// Moment-DETR and two sizes of CDNet.
    public var measurementCount: Int { 3 }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        let (clips, words) = (75, 32)
        let batch = SyntheticBatch.make(batchSize, clips: clips, words: words, ragged: true)
        let video = SyntheticBatch.videoWidth
        let text = SyntheticBatch.textWidth

        let rival = MomentDETRConfiguration(videoWidth: video, textWidth: text)
        if stopwatch.wants("Moment-DETR") {
            report(
                measure(
                    stopwatch, "Moment-DETR", try MomentDETR(rival, seed: 1), batch, width: rival.hiddenSize,
                    forward: OperationCount.forward(rival, batch: batchSize, clips: clips, words: words)))
        }
        for (name, configuration) in [
            ("CDNet, small", CDNetConfiguration.small(videoWidth: video, textWidth: text)),
            ("CDNet, as in the paper", .paper(videoWidth: video, textWidth: text)),
        ] where stopwatch.wants(name) {
            report(
                measure(
                    stopwatch, name, try CDNet(configuration, seed: 1), batch, width: configuration.hiddenSize,
                    forward: OperationCount.forward(configuration, batch: batchSize, clips: clips, words: words)))
        }
    }

    private func measure(
        _ stopwatch: Stopwatch, _ subject: String, _ model: any GroundingModel, _ batch: Batch, width: Int,
        forward: Double
    ) -> Timing {
        let step = TrainingStep(model)
        return stopwatch.measure(
            Self.name, subject,
            detail: "hidden \(width), batch \(batch.count), 75 clips × \(SyntheticBatch.videoWidth), "
                + "up to 32 words × \(SyntheticBatch.textWidth), with dropout",
            items: batch.count, operations: 3 * forward
        ) {
            step(batch)
            return []
        }
    }
}

/// What training does with a batch.
struct TrainingStep {
    private let model: any GroundingModel
    private let optimiser: AdamW

    init(_ model: any GroundingModel) {
        self.model = model
        optimiser = AdamW(model.store.parameters, learningRate: 1e-4, weightDecay: 1e-4)
        model.store.isTraining = true
    }

    /// Takes one step. Reads the loss's parts, as the log does.
    func callAsFunction(_ batch: Batch) {
        model.store.clearGradients()
        let loss = model.loss(batch)
        _ = loss.total.item()
        _ = loss.parts.map { $0.value.item() }
        loss.total.backward()
        clipGradientNorm(optimiser.parameters, limit: 0.1)
        optimiser.step()
    }
}
