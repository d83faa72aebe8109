import Annotations
import Datasets
import Evaluation
import Foundation

/// One cell of a comparison: a configuration trained with a seed.
public struct ComparedRun: Sendable {
    /// The seed.
    public let seed: UInt64
    /// The best epoch's figures on the validation split, in percent.
    public let scores: Scores
    /// What it cost.
    public let costs: RunCosts
    /// The same figures for each query alone, in the order of the validation split; their means are ``scores``.
    public let queries: [Scores]
    /// The queries, in the same order.
    public let qids: [String]
    /// Whether its features are simulated.
    public let isSimulated: Bool

    /// What a record says of a run.
    init(
        seed: UInt64, isSimulated: Bool, scores: Scores, costs: RunCosts, qids: [String], queries: [Scores]
    ) {
        self.seed = seed
        self.isSimulated = isSimulated
        self.scores = scores
        self.costs = costs
        self.qids = qids
        self.queries = queries
    }

    /// Reads a finished run. Its answers and costs are kept beside it, so that they are made once.
    ///
    /// - Throws: ``CheckpointError``, ``RunError``, and what reading annotations and features throws.
    init(_ configuration: TrainingConfiguration, folder: RunFolder, observer: (any TrainingObserver)?) throws {
        seed = configuration.seed
        let data = configuration.data
        let annotations = try data.annotations(.val)
        let metadata = try Checkpoint(contentsOf: folder.checkpoint).metadata
        qids = annotations.map(\.qid.description)
        isSimulated = data.simulated || metadata.recipe.simulated
        let known = RunCosts(in: folder)
        if let known, let kept = try? PredictionSet(contentsOf: folder.compared).predictions,
            kept.map(\.qid) == annotations.map(\.qid)
        {
            costs = known
            scores = metadata.scores
            queries = try Self.each(kept, annotations, data)
            return
        }
        let trained = try TrainedModel(at: folder.url.path, device: configuration.chosenDevice)
        let dataset = try trained.dataset(annotations, data: data)
        observer?.note("\(folder.url.path): answering \(annotations.count) queries of the validation split")
        let predictor = Predictor(batchSize: configuration.evaluation.batchSize)
        let predictions: [Prediction]
        do {
            predictions = try predictor.predictions(of: trained.model, for: dataset) { done, count in
                observer?.evaluated(done, of: count)
                return Interruption.pending == nil
            }
        } catch is CancellationError {
            throw RunError.stopped(
                signal: Interruption.pending ?? SIGINT,
                "\(folder.url.path) is trained; the same command goes on with its answers")
        }
        do {
            try predictions.write(to: folder.compared)
        } catch {
            throw RunError.unwritable(folder: folder.url.path, "\(error)")
        }
        scores = trained.metadata.scores
        queries = try Self.each(predictions, annotations, data)
        costs = try RunCosts(of: trained, on: dataset, folder: folder)
        // Last: with it the cell is complete.
        try costs.write(to: folder)
    }

    /// Every query measured alone. A query without highlights has no figures of highlights.
    private static func each(
        _ predictions: [Prediction], _ annotations: AnnotationSet, _ data: DataConfiguration
    ) throws -> [Scores] {
        try zip(predictions, annotations).map { prediction, annotation in
            try ScoreReport(
                [prediction], annotations: [annotation], benchmark: data.benchmark,
                clipLength: data.annotatedClipLength, response: .continue
            ).scores
        }
    }
}

extension RunFolder {
    /// The best checkpoint's answers to the validation split.
    var compared: URL { predictions("compared") }
}
