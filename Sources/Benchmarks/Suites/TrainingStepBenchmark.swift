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

    /// One for each model.
    public var measurementCount: Int { GroundingSubject.all.count }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        let (clips, words) = (75, 32)
        let batch = SyntheticBatch.make(batchSize, clips: clips, words: words, ragged: true).to(device)
        for subject in GroundingSubject.all where stopwatch.wants(subject.name) {
            let step = TrainingStep(try subject.make(device), precision: precision)
            report(
                stopwatch.measure(
                    Self.name, subject.name,
                    detail: "hidden \(subject.width), batch \(batch.count), \(clips) clips × "
                        + "\(SyntheticBatch.videoWidth), up to \(words) words × \(SyntheticBatch.textWidth), with dropout",
                    items: batch.count, operations: subject.forward(batchSize, clips, words).map { 3 * $0 }
                ) {
                    step(batch)
                    return []
                })
        }
    }
}

/// What training does with a batch.
struct TrainingStep {
    private let model: any GroundingModel
    private let optimiser: AdamW
    private let precision: OptimisationConfiguration.Precision

    init(_ model: any GroundingModel, precision: OptimisationConfiguration.Precision = .single) {
        self.model = model
        self.precision = precision
        optimiser = AdamW(model.store.parameters, learningRate: 1e-4, weightDecay: 1e-4)
        model.store.isTraining = true
    }

    /// Takes one step. Reads the loss's parts, as the log does.
    func callAsFunction(_ batch: Batch) {
        model.store.clearGradients()
        let loss = model.loss(batch, in: precision)
        _ = loss.numbers
        loss.total.backward()
        clipGradientNorm(optimiser.parameters, limit: 0.1)
        optimiser.step()
        model.store.device.synchronize()
    }
}
