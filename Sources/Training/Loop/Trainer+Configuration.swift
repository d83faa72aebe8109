import Annotations
import Datasets
import Evaluation
import Foundation
import Grounding
import Torch

extension Trainer {
    /// Opens the data that a configuration names, looks at all its features, makes its model, and takes over an earlier
    /// state where asked to.
    ///
    /// - Parameters:
    ///   - configuration: All that decides the run.
    ///   - resuming: Whether to go on with the run in its folder.
    ///   - observer: Who is told how it goes.
    ///   - group: The processes that train together; nil for this one alone. Rank 0 alone looks at the run's folder.
    ///   - looksAtFeatures: Whether the features are looked at as `data.check` says; one process of a machine is enough.
    /// - Throws: ``RunError`` where the folder holds a run already, or none to go on with, or where another training is
    ///   at work in it; `FeatureProblems` with all that is wrong with the features; what opening annotations and features
    ///   throws; what the model says about its settings.
    public convenience init(
        _ configuration: TrainingConfiguration, resuming: Bool, observer: (any TrainingObserver)? = nil,
        group: ProcessGroup? = nil, looksAtFeatures: Bool = true
    ) throws {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        try self.init(
            configuration, resuming: resuming, lock: group?.rank ?? 0 == 0 ? RunLock(folder) : nil,
            observer: observer, group: group, looksAtFeatures: looksAtFeatures)
    }

    /// The same, where the folder is locked already.
    convenience init(
        _ configuration: TrainingConfiguration, resuming: Bool, lock: RunLock?, observer: (any TrainingObserver)?,
        group: ProcessGroup? = nil, looksAtFeatures: Bool = true
    ) throws {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        if lock != nil, !resuming, folder.isBegun { throw RunError.exists(folder: folder.url.path) }
        let data = configuration.data
        let training = try data.annotations(.train)
        guard !training.isEmpty else { throw RunError.noQueries(path: data.train) }
        let source = try data.dataset(training, seed: configuration.seed)
        guard source.hasMoments else { throw RunError.noTargets(path: data.train) }
        let setup = RunSetup(configuration: configuration, recipe: data.recipe(of: source))
        let validation = try Validation(configuration, setup)
        // Cheap mistakes first: the model is made before all features are looked at.
        let device = group?.device(named: configuration.device)
        let model = try configuration.makeModel(for: setup.recipe, device: device)
        if lock != nil { try configuration.takeStart(for: model, setup) }
        if looksAtFeatures {
            try Self.check(source, data.train, depth: data.check, observer)
            if let validation { try Self.check(validation.dataset, data.val ?? "", depth: data.check, observer) }
        }
        try self.init(
            setup, model: model, source: source, evaluation: validation?.evaluation(configuration, group),
            observer: observer, group: group)
        self.lock = lock
        for problem in training.problems { observer?.note("left out: \(problem)") }
        if let group, model.store.device != .cpu, !group.usesNCCL {
            observer?.note(
                "gradients go through main memory: processes share a GPU, or libtorch is built without NCCL")
        }
        try parallel?.compare(
            SharedTask(
                setup, queries: source.queryCount,
                data: [training.digest] + (validation.map { [$0.annotations.digest] } ?? [])))
        if resuming, isLeader { try resume() }
    }

    private static func check(
        _ dataset: MomentDataset, _ path: String, depth: FeatureCheckDepth, _ observer: (any TrainingObserver)?
    ) throws {
        do {
            try dataset.check(depth) { done, all in
                observer?.checked(done, of: all)
                return Interruption.pending == nil
            }.requireGood(path)
        } catch is CancellationError {
            throw RunError.stopped(
                signal: Interruption.pending ?? SIGINT, "the features were not looked at to the end, nothing is written"
            )
        }
    }
}

/// The queries that a model is measured by while it learns.
private struct Validation {
    let annotations: AnnotationSet
    let dataset: MomentDataset

    /// Nil where the configuration names none.
    init?(_ configuration: TrainingConfiguration, _ setup: RunSetup) throws {
        let data = configuration.data
        guard data.val != nil else { return nil }
        annotations = try data.annotations(.val)
        dataset = try data.dataset(annotations)
        try setup.accept(data.recipe(of: dataset))
    }

    /// Predictions for all of them, measured. Several processes divide the queries; rank 0 measures.
    func evaluation(_ configuration: TrainingConfiguration, _ group: ProcessGroup?) -> Trainer.Evaluation {
        let predictor = Predictor(batchSize: configuration.evaluation.batchSize)
        let data = configuration.data
        return { [annotations, dataset] model, progress in
            func scores(_ predictions: [Prediction]) throws -> Scores {
                try ScoreReport(
                    predictions, annotations: annotations, benchmark: data.benchmark,
                    clipLength: data.annotatedClipLength
                ).scores
            }
            guard let group else {
                return try scores(predictor.predictions(of: model, for: dataset, progress: progress))
            }
            let predictions = try predictor.predictions(
                of: model, for: dataset, sharedBy: group, progress: progress)
            return try group.broadcast(group.rank == 0 ? scores(predictions) : Scores())
        }
    }
}

extension AnnotationSet {
    /// What tells two sets apart: the queries in their order, with their moments.
    fileprivate var digest: String {
        let lines = map { "\($0.qid) \($0.vid) \($0.duration) \($0.query) \($0.relevantWindows ?? [])" }
        return "\(lines.count) annotations of digest \(String(stableHash(lines.joined(separator: "\n")), radix: 16))"
    }
}
