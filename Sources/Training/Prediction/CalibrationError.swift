import Annotations
import Datasets
import Foundation
import Grounding

extension Calibration {
    /// The expected calibration error: how far, on average, a score is from the share of moments with such a score that fit.
    ///
    /// Scores are sorted into bins of equal width; each bin's distance counts by its moments (Naeini, Cooper and
    /// Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015). 0 is best; 0 for no scores.
    public static func expectedError(_ scores: [Double], fits: [Bool], bins: Int = 15) -> Double {
        precondition(scores.count == fits.count && bins > 0, "\(scores.count) scores, \(fits.count) answers")
        var distances = [Double](repeating: 0, count: bins)
        for (score, fits) in zip(scores, fits) {
            let bin = min(bins - 1, max(0, Int(score * Double(bins))))
            distances[bin] += score - (fits ? 1 : 0)
        }
        return distances.reduce(0) { $0 + abs($1) } / Double(max(scores.count, 1))
    }

    /// How well answers are calibrated, before and after.
    public struct Quality: Hashable, Sendable {
        /// The expected calibration error of the model's confidences.
        public let before: Double
        /// That of the calibrated scores. Each half of the queries is measured with the calibration of the other half, so that
        /// nothing is measured on what it was fitted on.
        public let after: Double
    }

    /// Measures the calibration on answers to annotated queries; nil where a half of them is too little.
    public static func quality(_ predictions: [Prediction], annotations: some Sequence<Annotation>) -> Quality? {
        let samples = FoundSample.all(predictions, annotations)
        let halves = [0, 1].map { half in samples.filter { $0.query % 2 == half } }
        var scores: [Double] = []
        var fits: [Bool] = []
        for (own, other) in [(halves[0], halves[1]), (halves[1], halves[0])] {
            guard
                let calibration = try? Calibration(
                    confidences: other.map(\.confidence), fits: other.map(\.fits))
            else { return nil }
            scores += own.map { calibration.probability($0.confidence) }
            fits += own.map(\.fits)
        }
        return Quality(
            before: expectedError(samples.map(\.confidence), fits: samples.map(\.fits)),
            after: expectedError(scores, fits: fits))
    }
}

extension TrainedModel {
    /// Fits a calibration on a split of the model's data set and stores it in the checkpoint.
    ///
    /// - Throws: `Calibration.Impossible`, and what predicting and writing throw.
    @discardableResult
    public static func calibrate(
        _ file: URL, on split: Split = .val, progress: (Int, Int) -> Bool = { _, _ in true }
    ) throws -> Calibration {
        let trained = try TrainedModel(at: file.path)
        let configuration = trained.metadata.configuration
        let queries = try configuration.data.annotations(split)
        let predictions = try Predictor(batchSize: configuration.evaluation.batchSize).predictions(
            of: trained.model, for: trained.dataset(queries), progress: progress)
        let calibration = try Calibration(predictions, annotations: queries)
        try Checkpoint.store(calibration, in: file)
        return calibration
    }
}
