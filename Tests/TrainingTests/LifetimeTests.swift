import Annotations
import Datasets
import Foundation
import Grounding
import Testing
import Torch

@testable import Training

/// Features that follow from a name alone.
private struct MadeUpFeatures: FeatureStore {
    static let settings = FeatureSettings(temporalEndpoints: false)
    let recipe = FeatureRecipe(
        video: [.init(name: "made-up", width: 6)], text: .init(name: "made-up", width: 4), settings: settings)

    func video(for annotation: Annotation) throws -> VideoFeatures {
        let clips = Tensor.normal([Int(annotation.duration / 2), 6], seed: 1, stream: UInt64(annotation.vid.count))
        return VideoFeatures([("made-up", clips)], settings: Self.settings, video: annotation.vid)
    }

    func text(for annotation: Annotation) throws -> TextFeatures {
        let words = Tensor.normal([3 + annotation.query.count % 2, 4], seed: 2, stream: 0)
        return TextFeatures(words: words, settings: Self.settings, query: annotation.query)
    }
}

private func memory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
}

/// Notes tensors and KiB after some steps and after the last one.
private final class Counters: TrainingObserver {
    var before = (tensors: 0, memory: 0)
    var after = (tensors: 0, memory: 0)

    func finished(_ step: StepRecord, batch: Int, of batches: Int, queries: Int) {
        // In the middle of an epoch, where the same things are alive.
        guard batch == 50 else { return }
        after = (Libtorch.liveTensors, memory())
        if step.epoch == 1 { before = after }
    }
}

private func train() throws -> Counters {
    Libtorch.setThreadCount(1)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = TrainingConfiguration()
    var model = CDNetConfiguration(videoWidth: 6, textWidth: 4)
    model.hiddenSize = 8
    model.heads = 2
    model.feedForwardSize = 8
    model.localizerLayers = 1
    model.offsetKernel = 3
    model.projectionLayers = 1
    model.headLayers = 1
    configuration.model = ModelChoice(model)
    configuration.output.directory = folder.path
    configuration.output.checkpointSteps = 1000
    configuration.optimisation.epochs = 11
    configuration.optimisation.batchSize = 2
    let annotations = (0..<200).map { index in
        Annotation(
            qid: .number(index), query: "sentence \(index)", vid: "v\(index)", duration: Double(10 + index % 4 * 2),
            relevantWindows: [Window(start: 2, end: 8)])
    }
    let data = MomentDataset(annotations: annotations, features: MadeUpFeatures())
    let some = MomentDataset(annotations: annotations.prefix(10), features: MadeUpFeatures())
    let setup = RunSetup(configuration: configuration, recipe: data.recipe)
    let counters = Counters()
    let trainer = try Trainer(
        setup, model: configuration.makeModel(for: data.recipe), source: data,
        evaluation: { model, progress in
            _ = try Predictor(batchSize: 5).predictions(of: model, for: some, progress: progress)
            return Scores([("MR-full-mAP", 1)])
        }, observer: counters)
    try trainer.run()
    return counters
}

@Suite("A long training")
struct LifetimeTests {
    @Test("leaves tensors and memory flat over a thousand steps of CDNet, with evaluations and checkpoints")
    func flat() async {
        // In a process of its own: the counters are the process's.
        await #expect(processExitsWith: .success) {
            let counters = try train()
            let (before, after) = (counters.before, counters.after)
            // The loader works ahead: a batch more or less may be ready.
            precondition(abs(after.tensors - before.tensors) <= 40, "\(before) became \(after)")
            precondition(before.memory > 0 && after.memory - before.memory < 8192, "\(before) became \(after)")
        }
    }
}
