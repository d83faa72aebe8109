import Annotations
import Batches
import Datasets
import Foundation
import Grounding
import Torch

/// Asks a model about every query of a data set.
public struct Predictor {
    /// Queries a batch.
    public var batchSize: Int

    /// Makes a predictor.
    public init(batchSize: Int = 64) { self.batchSize = batchSize }

    /// The answers, in the order of the annotations.
    ///
    /// - Parameters:
    ///   - dataset: Queries with their features.
    ///   - model: Who answers; it is left outside training mode.
    ///   - progress: Is told how many queries are done, after each batch; false stops with `CancellationError`.
    /// - Throws: what reading features throws.
    public func predictions(
        of model: any GroundingModel, for dataset: MomentDataset,
        progress: (_ done: Int, _ of: Int) -> Bool = { _, _ in true }
    ) throws -> [Prediction] {
        try predictions(
            of: model, for: dataset, batches: 0..<dataset.batchCount(size: batchSize), progress: progress)
    }

    /// The answers to some of the batches.
    func predictions(
        of model: any GroundingModel, for dataset: MomentDataset, batches range: Range<Int>,
        progress: (_ done: Int, _ of: Int) -> Bool
    ) throws -> [Prediction] {
        model.store.isTraining = false
        let own = dataset.annotations[(range.lowerBound * batchSize)..<min(range.upperBound * batchSize, dataset.count)]
        let batches = dataset.batches(
            size: batchSize, seed: nil, from: LoaderPosition(batch: range.lowerBound),
            on: model.store.device)
        var predictions: [Prediction] = []
        while predictions.count < own.count, let batch = try batches.next() {
            for grounding in model.ground(batch.to(model.store.device)) {
                predictions.append(Prediction(grounding, annotation: own[own.startIndex + predictions.count]))
            }
            guard progress(predictions.count, own.count) else { throw CancellationError() }
        }
        return predictions
    }
}

extension Prediction {
    /// A model's answer in the QVHighlights submission schema: windows and scores with 4 decimals.
    ///
    /// An answer without a moment becomes one of no length and no confidence: the evaluators want at least one.
    public init(_ grounding: Grounding, annotation: Annotation) {
        var windows = grounding.moments.map {
            ScoredWindow(start: $0.span.start.rounded4, end: $0.span.end.rounded4, score: $0.score.rounded4)
        }
        if windows.isEmpty { windows = [ScoredWindow(start: 0, end: 0, score: 0)] }
        self.init(
            qid: annotation.qid, query: annotation.query, vid: annotation.vid, relevantWindows: windows,
            saliencyScores: grounding.saliency.map(\.rounded4))
    }
}

extension Double {
    /// Rounded to 4 decimals, as the field's prediction files are.
    fileprivate var rounded4: Double { (self * 10_000).rounded() / 10_000 }
}
