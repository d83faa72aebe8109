import Batches
import Grounding
import Torch
import Training

/// One step of training: loss, gradients, clipping, AdamW.
public struct TrainingStepBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "training-step"
    /// One line on what it does.
    public static let summary = "loss, gradients, clipping and AdamW on 32 videos of 75 clips, with dropout"

    /// Queries a step.
    let batchSize: Int
    private let device: Device
    private let precision: OptimisationConfiguration.Precision

    /// Makes the benchmark.
    ///
    /// - Parameters:
    ///   - batchSize: Queries a step.
    ///   - device: Where the model and the batch lie.
    ///   - precision: Arithmetic of the forward pass.
    public init(
        batchSize: Int = 32, device: Device = .cpu, precision: OptimisationConfiguration.Precision = .single
    ) {
        self.batchSize = batchSize
        self.device = device
        self.precision = precision
    }

    /// One for each model, and on a GPU another one for a step that is recorded.
    public var measurementCount: Int { GroundingSubject.all.count * (device == .cpu ? 1 : 2) }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        let (clips, words) = (75, 32)
        let batch = SyntheticBatch.make(batchSize, clips: clips, words: words, ragged: true).withFeatures(on: device)
        for subject in GroundingSubject.all where stopwatch.wants(subject.name) {
            for isRecorded in device == .cpu ? [false] : [false, true] {
                let step = TrainingStep(try subject.make(device), precision: precision, isRecorded: isRecorded)
                guard step.isRecorded(batch) == isRecorded else { continue }
                report(
                    stopwatch.measure(
                        Self.name, subject.name + (isRecorded ? ", recorded" : ""),
                        detail: "hidden \(subject.width), batch \(batch.count), \(clips) clips × "
                            + "\(SyntheticBatch.videoWidth), up to \(words) words × \(SyntheticBatch.textWidth), "
                            + "with dropout",
                        items: batch.count, operations: subject.forward(batchSize, clips, words).map { 3 * $0 }
                    ) {
                        step(batch)
                        return []
                    })
            }
        }
    }
}

/// What training does with a batch.
struct TrainingStep {
    private let model: any GroundingModel
    private let optimiser: AdamW
    private let precision: OptimisationConfiguration.Precision
    private let recorded: RecordedSteps?

    init(
        _ model: any GroundingModel, precision: OptimisationConfiguration.Precision = .single, isRecorded: Bool = false
    ) {
        self.model = model
        self.precision = precision
        optimiser = AdamW(model.store.parameters, learningRate: 1e-4, weightDecay: 1e-4)
        recorded = isRecorded ? RecordedSteps(model, optimiser.parameters, precision: precision) : nil
        model.store.isTraining = true
    }

    /// Whether the steps of such a batch are recorded.
    func isRecorded(_ batch: Batch) -> Bool { recorded?.canRecord(batch) ?? false }

    /// Takes one step. Reads the loss's parts, as the log does.
    func callAsFunction(_ batch: Batch) {
        let norm = recorded?(batch)?.gradientNorm ?? gradients(batch.to(model.store.device))
        clipGradientNorm(optimiser.parameters, limit: 0.1, norm: norm)
        optimiser.step()
        model.store.device.synchronize()
    }

    /// The norm of the gradients that are at the parameters then.
    private func gradients(_ batch: Batch) -> Double {
        model.store.clearGradients()
        let loss = model.loss(batch, in: precision)
        _ = loss.numbers
        loss.total.backward()
        return clipGradientNorm(optimiser.parameters, limit: .infinity)
    }
}
