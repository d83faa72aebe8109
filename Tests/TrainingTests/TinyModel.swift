import Batches
import Datasets
import Foundation
import Grounding
import Torch

@testable import Training

/// A model small enough for hundreds of steps a second, with dropout, so that its random source matters.
final class TinyModel: GroundingModel {
    let store: ParameterStore
    private let hidden: Linear
    private let score: Linear
    private let dropout: Dropout
    /// From this step on the loss is not a number.
    var failingCall: Int?
    /// From this step on a gradient is not a number, though the loss is.
    var failingGradient: Int?
    private var calls = 0

    init(seed: UInt64 = 0, width: Int = 6) {
        store = ParameterStore(seed: seed)
        hidden = Linear(store.root / "hidden", width, 8)
        score = Linear(store.root / "score", 8, 1)
        dropout = Dropout(store.root, 0.3)
    }

    private func logits(_ batch: Batch) -> Tensor {
        score(dropout(hidden(batch.video).relu())).squeezed(-1)
    }

    func loss(_ batch: Batch) -> Loss {
        calls += 1
        let inMoment = batch.targets!.inMoment.to(.float32)
        let mask = batch.videoMask.to(.float32)
        let entropy = (logits(batch).binaryCrossEntropy(withLogits: inMoment) * mask).mean()
        let penalty = score.weight.pow(2).sum() * 0.01
        let factor = calls == failingCall ? Double.nan : 1
        // The root of 0 has no slope.
        let root = calls >= failingGradient ?? .max ? (score.weight * 0).pow(2).sum().sqrt() : penalty * 0
        return Loss(total: (entropy + penalty + root) * factor, parts: [("entropy", entropy), ("penalty", penalty)])
    }

    func ground(_ batch: Batch) -> [Grounding] {
        withoutGradient {
            let scores = logits(batch).sigmoid()
            return batch.queries.indices.map { row in
                let values = scores[row, 0..<batch.clipCounts[row]].doubles()
                let best = values.indices.max { values[$0] < values[$1] } ?? 0
                let length = batch.queries[row].clipLength
                let span = Span(Double(best) * length, Double(best + 1) * length)
                return Grounding(moments: [RankedMoment(span, score: values[best])], saliency: values)
            }
        }
    }
}

/// Made-up queries whose moments can be seen in the first feature.
struct TinySource: BatchSource {
    var queryCount = 20

    func batches(size: Int, seed: UInt64?, from position: LoaderPosition, on device: Device) -> EpochBatches {
        let order = self.order(seed: seed, epoch: position.epoch)
        var next = position.batch * size
        return EpochBatches {
            guard next < order.count else { return nil }
            let rows = Array(order[next..<min(next + size, order.count)])
            next += size
            return Self.batch(rows)
        }
    }

    private func order(seed: UInt64?, epoch: Int) -> [Int] {
        guard let seed else { return Array(0..<queryCount) }
        let keys = Tensor.uniform([queryCount], seed: seed, stream: UInt64(epoch)).doubles()
        return (0..<queryCount).sorted { keys[$0] < keys[$1] }
    }

    static func batch(_ rows: [Int]) -> Batch {
        let clips = 5
        let inMoment = rows.flatMap { row in (0..<clips).map { $0 == row % clips } }
        let signal = Tensor(inMoment.map { $0 ? Float(1) : 0 }, shape: [rows.count, clips, 1])
        let noise = rows.map { Tensor.normal([1, clips, 5], seed: 7, stream: UInt64($0)) }
        return Batch(
            video: .concatenated([signal, .concatenated(noise, 0)], -1),
            clipCounts: rows.map { _ in clips }, text: .zeros([rows.count, 1, 2]), wordCounts: rows.map { _ in 1 },
            queries: rows.map {
                Query(id: "q\($0)", text: "sentence \($0)", video: "v\($0)", duration: 10, clipLength: 2)
            },
            targets: Targets(
                moments: rows.map { [Span(Double($0 % clips) * 2, Double($0 % clips) * 2 + 2)] },
                inMoment: Tensor(inMoment, shape: [rows.count, clips])))
    }
}

/// A run in a folder of its own, which is removed with it.
final class TinyRun {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
    var configuration = TrainingConfiguration()
    var scores: ((_ evaluation: Int) -> Double)?
    private(set) var evaluations = 0
    let model: TinyModel

    init(seed: UInt64 = 3, _ change: (inout TrainingConfiguration) -> Void = { _ in }) {
        configuration.seed = seed
        configuration.output.directory = folder.path
        configuration.output.checkpointSteps = 2
        configuration.optimisation.epochs = 3
        configuration.optimisation.batchSize = 4
        configuration.optimisation.learningRate = 0.05
        configuration.evaluation.metric = "figure"
        change(&configuration)
        model = TinyModel(seed: seed)
    }

    /// Another process, as it were: the same folder, a new model.
    convenience init(sharing other: TinyRun, _ change: (inout TrainingConfiguration) -> Void = { _ in }) {
        self.init(seed: other.configuration.seed)
        configuration = other.configuration
        change(&configuration)
        isOwner = false
    }

    private var isOwner = true
    deinit { if isOwner { try? FileManager.default.removeItem(at: folder) } }

    static let recipe = FeatureRecipe(
        video: [.init(name: "made-up", width: 4)], text: .init(name: "made-up", width: 2))

    var run: RunFolder { RunFolder(URL(fileURLWithPath: configuration.output.directory)) }

    func trainer(observer: (any TrainingObserver)? = nil, interruptingAfter steps: Int = .max) throws -> Trainer {
        let evaluation: Trainer.Evaluation? = scores.map { figure in
            { [self] _, _ in
                evaluations += 1
                return Scores([("figure", figure(evaluations))])
            }
        }
        let trainer = try Trainer(
            RunSetup(configuration: configuration, recipe: Self.recipe), model: model, source: TinySource(),
            evaluation: evaluation, observer: observer)
        trainer.interruption = { [unowned trainer] in trainer.progress.step >= steps ? SIGINT : nil }
        return trainer
    }

    func stepLog() throws -> String { try String(contentsOf: run.steps, encoding: .utf8) }
    func lines(_ url: URL) throws -> [String] {
        try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
