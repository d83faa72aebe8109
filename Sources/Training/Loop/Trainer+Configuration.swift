import Annotations
import Datasets
import Evaluation
import Foundation
import Torch

extension Trainer {
    /// Opens the data that a configuration names, looks at all its features, makes its model, and takes over an earlier
    /// state where asked to.
    ///
    /// - Parameters:
    ///   - configuration: All that decides the run.
    ///   - resuming: Whether to go on with the run in its folder.
    ///   - observer: Who is told how it goes.
    /// - Throws: ``RunError`` where the folder holds a run already, or none to go on with, or where another training is
    ///   at work in it; `FeatureProblems` with all that is wrong with the features; what opening annotations and features
    ///   throws; what the model says about its settings.
    public convenience init(
        _ configuration: TrainingConfiguration, resuming: Bool, observer: (any TrainingObserver)? = nil
    ) throws {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        try self.init(configuration, resuming: resuming, lock: try RunLock(folder), observer: observer)
    }

    /// The same, where the folder is locked already.
    convenience init(
        _ configuration: TrainingConfiguration, resuming: Bool, lock: RunLock, observer: (any TrainingObserver)?
    ) throws {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        if !resuming, folder.isBegun { throw RunError.exists(folder: folder.url.path) }
        let data = configuration.data
        let training = try data.annotations(.train)
        guard !training.isEmpty else { throw RunError.noQueries(path: data.train) }
        let source = try data.dataset(training, seed: configuration.seed)
        guard source.hasMoments else { throw RunError.noTargets(path: data.train) }
        let setup = RunSetup(configuration: configuration, recipe: data.recipe(of: source))
        let validation = try Validation(configuration, setup)
        // Cheap mistakes first: the model is made before all features are looked at.
        let model = try configuration.makeModel(for: setup.recipe)
        try configuration.takeStart(for: model, setup)
        try Self.check(source, data.train, depth: data.check, observer)
        if let validation { try Self.check(validation.dataset, data.val ?? "", depth: data.check, observer) }
        try self.init(
            setup, model: model, source: source, evaluation: validation?.evaluation(configuration),
            observer: observer)
        self.lock = lock
        for problem in training.problems { observer?.note("left out: \(problem)") }
        if resuming { try resume() }
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

    /// Predictions for all of them, measured.
    func evaluation(_ configuration: TrainingConfiguration) -> Trainer.Evaluation {
        let predictor = Predictor(batchSize: configuration.evaluation.batchSize)
        let data = configuration.data
        return { [annotations, dataset] model, progress in
            let predictions = try predictor.predictions(of: model, for: dataset, progress: progress)
            return try ScoreReport(
                predictions, annotations: annotations, benchmark: data.benchmark, clipLength: data.annotatedClipLength
            ).scores
        }
    }
}
