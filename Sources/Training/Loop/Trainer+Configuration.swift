import Annotations
import Datasets
import Evaluation
import Foundation
import Torch

extension Trainer {
    /// Opens the data that a configuration names, makes its model, and takes over an earlier state where asked to.
    ///
    /// - Parameters:
    ///   - configuration: All that decides the run.
    ///   - resuming: Whether to go on with the run in its folder.
    ///   - observer: Who is told how it goes.
    /// - Throws: ``RunError`` where the folder holds a run already, or none to go on with; what opening annotations and
    ///   features throws; what the model says about its settings.
    public convenience init(
        _ configuration: TrainingConfiguration, resuming: Bool, observer: (any TrainingObserver)? = nil
    ) throws {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        if !resuming, folder.isBegun { throw RunError.exists(folder: folder.url.path) }
        let data = configuration.data
        let training = try data.annotations(.train)
        guard !training.isEmpty else { throw RunError.noQueries(path: data.train) }
        let source = try data.dataset(training, seed: configuration.seed)
        guard source.hasMoments else { throw RunError.noTargets(path: data.train) }
        let setup = RunSetup(configuration: configuration, recipe: data.recipe(of: source))
        let model = try configuration.makeModel(for: setup.recipe)
        try configuration.takeStart(for: model, setup)
        try self.init(
            setup, model: model, source: source, evaluation: Self.evaluation(configuration, setup),
            observer: observer)
        for problem in training.problems { observer?.note("left out: \(problem)") }
        if resuming { try resume() }
    }

    /// Predictions for the validation queries, measured; nil where there are none.
    private static func evaluation(_ configuration: TrainingConfiguration, _ setup: RunSetup) throws -> Evaluation? {
        let data = configuration.data
        guard data.val != nil else { return nil }
        let annotations = try data.annotations(.val)
        let dataset = try data.dataset(annotations)
        try setup.accept(data.recipe(of: dataset))
        let predictor = Predictor(batchSize: configuration.evaluation.batchSize)
        return { model, progress in
            let predictions = try predictor.predictions(of: model, for: dataset, progress: progress)
            return try ScoreReport(
                predictions, annotations: annotations, benchmark: data.benchmark, clipLength: data.annotatedClipLength
            ).scores
        }
    }
}
