import Annotations
import Batches
import Foundation

/// From a model's confidence in a moment to the probability that the moment fits: that its IoU with an annotated one is at
/// least 0.5.
///
/// Confidences of different models do not mean the same, and none is a probability by itself. The map is fitted on queries that
/// the model did not learn from, and stored with the model. It is beta calibration (Kull, Silva Filho and Flach, "Beta
/// calibration", 2017): logit p = a · ln s − b · ln(1 − s) + c, with a, b ≥ 0, so that the order of moments stays. Three numbers
/// are little enough for a few hundred moments.
public struct Calibration: Hashable, Sendable, Codable {
    /// a: how much p rises with ln s.
    public let low: Double
    /// b: how much p rises with −ln(1 − s).
    public let high: Double
    /// c.
    public let offset: Double
    /// Moments that it was fitted on, and how many of them fitted.
    public let moments, fitting: Int

    /// The IoU with an annotated moment from which a found one fits.
    public static let fittingIoU = 0.5
    /// Fewer moments tell nothing.
    static let leastMoments = 20

    /// Why nothing could be fitted.
    public struct Impossible: Error, Hashable, Sendable, CustomStringConvertible {
        /// Moments, and how many of them fit.
        public let moments, fitting: Int
        /// What is missing.
        public var description: String {
            moments < Calibration.leastMoments
                ? "\(moments) moments are too few for a calibration; \(Calibration.leastMoments) are the least"
                : "of \(moments) moments \(fitting) fit: a calibration needs some that fit and some that do not"
        }
    }

    /// Fits the map.
    ///
    /// - Parameters:
    ///   - confidences: The model's, 0…1.
    ///   - fits: Whether each of these moments fits.
    /// - Throws: ``Impossible`` for too few moments, or where all fit or none does.
    public init(confidences: [Double], fits: [Bool]) throws(Impossible) {
        precondition(confidences.count == fits.count, "\(confidences.count) confidences, \(fits.count) answers")
        moments = fits.count
        fitting = fits.count { $0 }
        guard moments >= Self.leastMoments, fitting > 0, fitting < moments else {
            throw Impossible(moments: moments, fitting: fitting)
        }
        let rows = confidences.map(Self.logarithms)
        // Platt's targets (1999): a little off 0 and 1, so that separable confidences do not run to infinity.
        let yes = (Double(fitting) + 1) / (Double(fitting) + 2)
        let no = 1 / (Double(moments - fitting) + 2)
        let targets = fits.map { $0 ? yes : no }
        var fit = LogisticFit(rows: rows.map { [$0.low, $0.high, 1] }, targets: targets).weights
        // A negative one would turn the order round: without it the other one alone is fitted anew.
        if fit[0] < 0 {
            let rest = LogisticFit(rows: rows.map { [$0.high, 1] }, targets: targets).weights
            fit = [0, rest[0], rest[1]]
        } else if fit[1] < 0 {
            let rest = LogisticFit(rows: rows.map { [$0.low, 1] }, targets: targets).weights
            fit = [rest[0], 0, rest[1]]
        }
        if fit[0] < 0 || fit[1] < 0 {
            let share = (Double(fitting) + 1) / (Double(moments) + 2)
            fit = [0, 0, Foundation.log(share / (1 - share))]
        }
        (low, high, offset) = (fit[0], fit[1], fit[2])
    }

    /// Fits the map on a model's answers to annotated queries.
    ///
    /// - Throws: ``Impossible``.
    public init(_ predictions: [Prediction], annotations: some Sequence<Annotation>) throws(Impossible) {
        let samples = FoundSample.all(predictions, annotations)
        try self.init(confidences: samples.map(\.confidence), fits: samples.map(\.fits))
    }

    /// The probability that a moment of this confidence fits.
    public func probability(_ confidence: Double) -> Double {
        let row = Self.logarithms(confidence)
        return 1 / (1 + Foundation.exp(-(low * row.low + high * row.high + offset)))
    }

    /// ln s and −ln(1 − s); confidences are known to 4 decimals and so never quite 0 or 1.
    private static func logarithms(_ confidence: Double) -> (low: Double, high: Double) {
        let s = min(max(confidence, 5e-5), 1 - 5e-5)
        return (Foundation.log(s), -Foundation.log(1 - s))
    }
}

/// A found moment and whether it fits.
struct FoundSample {
    /// The query's place in the list.
    let query: Int
    let confidence: Double
    let fits: Bool

    /// All moments of answers to annotated queries.
    static func all(_ predictions: [Prediction], _ annotations: some Sequence<Annotation>) -> [FoundSample] {
        let truth = Dictionary(annotations.map { ($0.qid, $0.relevantWindows ?? []) }) { first, _ in first }
        return predictions.enumerated().flatMap { index, prediction in
            guard let windows = truth[prediction.qid], !windows.isEmpty else { return [FoundSample]() }
            // A moment without a length stands for “nothing found”.
            return (prediction.relevantWindows ?? []).filter { $0.end > $0.start }.map { moment in
                let span = Span(moment.start, moment.end)
                let fits = windows.contains { Span($0.start, $0.end).iou(span) >= Calibration.fittingIoU }
                return FoundSample(query: index, confidence: moment.score, fits: fits)
            }
        }
    }
}

/// Logistic regression by Newton's method: the weights of the least cross-entropy with targets between 0 and 1.
private struct LogisticFit {
    private(set) var weights: [Double]

    init(rows: [[Double]], targets: [Double]) {
        let width = rows[0].count
        weights = [Double](repeating: 0, count: width)
        var loss = Self.loss(rows, targets, weights)
        for _ in 0..<100 {
            var gradient = [Double](repeating: 0, count: width)
            // A trace on the diagonal, for rows that say the same twice.
            var curvature = (0..<width).map { row in (0..<width).map { row == $0 ? 1e-6 : 0 } }
            for (row, target) in zip(rows, targets) {
                let p = 1 / (1 + exp(-Self.product(row, weights)))
                for i in 0..<width {
                    gradient[i] += (p - target) * row[i]
                    for j in 0..<width { curvature[i][j] += p * (1 - p) * row[i] * row[j] }
                }
            }
            let step = Self.solved(curvature, gradient)
            var scale = 1.0
            var next = weights
            var lower = Double.infinity
            // Newton's step may be too long where the curve is flat.
            while scale > 1e-4 {
                next = zip(weights, step).map { $0 - scale * $1 }
                lower = Self.loss(rows, targets, next)
                if lower <= loss { break }
                scale /= 2
            }
            guard lower < loss - 1e-12 * abs(loss) else { return }
            (weights, loss) = (next, lower)
        }
    }

    private static func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    private static func loss(_ rows: [[Double]], _ targets: [Double], _ weights: [Double]) -> Double {
        zip(rows, targets).reduce(0) { sum, pair in
            let z = product(pair.0, weights)
            // ln(1 + e^z) − t·z, safe for any z.
            return sum + max(z, 0) + log1p(exp(-abs(z))) - pair.1 * z
        }
    }

    /// Gauss's elimination with the largest pivot.
    private static func solved(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var rows = zip(matrix, right).map { $0 + [$1] }
        let count = rows.count
        for column in 0..<count {
            let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
            rows.swapAt(column, pivot)
            for row in (column + 1)..<max(count, column + 1) {
                let factor = rows[row][column] / rows[column][column]
                for place in column...count { rows[row][place] -= factor * rows[column][place] }
            }
        }
        var result = [Double](repeating: 0, count: count)
        for row in (0..<count).reversed() {
            let known = ((row + 1)..<max(count, row + 1)).reduce(0.0) { $0 + rows[row][$1] * result[$1] }
            result[row] = (rows[row][count] - known) / rows[row][row]
        }
        return result
    }
}
