/// How well a model finds moments: R*n*@*m*, mAP and mean IoU, for windows of several lengths.
///
/// The figures equal those of the official QVHighlights evaluator (Lei et al., “Detecting Moments and
/// Highlights in Videos via Natural Language Queries”, 2021) to the last printed digit.
///
///     let metrics = MomentRetrievalMetrics.evaluate(predictions: predictions, groundTruth: truth)
///     print(metrics.full?.recall(at: 0.5) ?? .nan)
public struct MomentRetrievalMetrics: Hashable, Sendable {
    /// The figures for ground-truth windows of one range of lengths. All are shares from 0 to 1.
    public struct RangeMetrics: Hashable, Sendable {
        /// Which windows these figures are about.
        public let range: LengthRange
        /// How many queries have such a window.
        public let queryCount: Int
        /// R*n*@*m*: for each *n* of the options, one value per threshold.
        public let recall: [[Double]]
        /// mAP at each threshold of the options.
        public let averagePrecision: [Double]
        /// The mean IoU of the first window. A NaN overlap counts as 0.
        public let meanIoU: Double
        fileprivate let options: RetrievalOptions

        /// The mean of mAP over all thresholds.
        public var meanAveragePrecision: Double { pairwiseMean(averagePrecision) }

        /// R*n*@*m*, or NaN where the options don't have it.
        public func recall(at threshold: Double, count: Int = 1) -> Double {
            guard let row = options.recallCounts.firstIndex(of: count),
                let column = options.recallThresholds.firstIndex(of: threshold)
            else { return .nan }
            return recall[row][column]
        }

        /// mAP at one threshold, or NaN where the options don't have it.
        public func averagePrecision(at threshold: Double) -> Double {
            options.precisionThresholds.firstIndex(of: threshold).map { averagePrecision[$0] } ?? .nan
        }
    }

    /// What was measured.
    public let options: RetrievalOptions
    /// The figures, range by range as in the options.
    public let ranges: [RangeMetrics]

    /// The figures for all windows.
    public var full: RangeMetrics? { self["full"] }

    /// The figures for the range of this name.
    public subscript(name: String) -> RangeMetrics? {
        ranges.first { $0.range.name == name }
    }

    /// Measures the predictions for those queries that are in both lists and have windows.
    ///
    /// Nothing is checked: what is strange is taken as the official evaluator takes it, see
    /// `PredictionProblem.Kind`. An answer without windows is a miss. Means over no queries are NaN.
    public static func evaluate(
        predictions: [QueryPrediction], groundTruth: [QueryGroundTruth], options: RetrievalOptions = .qvhighlights
    ) -> MomentRetrievalMetrics {
        let queries = MatchedQuery.pairs(predictions, groundTruth.filter { !($0.windows ?? []).isEmpty })
        let answers = queries.map { RetrievalAnswer($0, options: options) }
        let ranges = options.ranges.map { range in
            measure(queries, answers, range: range, options: options)
        }
        return MomentRetrievalMetrics(options: options, ranges: ranges)
    }

    private static func measure(
        _ queries: [MatchedQuery], _ answers: [RetrievalAnswer], range: LengthRange, options: RetrievalOptions
    ) -> RangeMetrics {
        var precision = DetectionAveragePrecision(thresholds: options.precisionThresholds)
        var precisions: [Double] = []
        var overlaps = Array(repeating: [Double](), count: options.recallCounts.count)
        var firstOverlaps: [Double] = []
        for (query, answer) in zip(queries, answers) {
            let wanted = (query.truth.windows ?? []).filter(range.contains)
            if wanted.isEmpty { continue }
            precision.append(to: &precisions, ranked: answer.ranked, wanted: wanted)
            for (index, count) in options.recallCounts.enumerated() {
                overlaps[index].append(answer.bestOverlap(with: wanted, among: count, options.comparison))
            }
            let first = answer.bestOverlap(with: wanted, among: 1, options.comparison)
            firstOverlaps.append(first.isNaN ? 0 : first)
        }
        let recall = overlaps.map { overlaps in
            options.recallThresholds.map { threshold in
                let hits = overlaps.count { options.comparison == .atLeast ? $0 >= threshold : $0 > threshold }
                return Double(hits) / Double(overlaps.count)
            }
        }
        return RangeMetrics(
            range: range, queryCount: firstOverlaps.count, recall: recall,
            averagePrecision: columnMeans(precisions, rows: firstOverlaps.count, options.precisionThresholds.count),
            meanIoU: pairwiseMean(firstOverlaps), options: options)
    }

    /// The means of the columns, summed row after row.
    private static func columnMeans(_ values: [Double], rows: Int, _ columns: Int) -> [Double] {
        var sums = Array(repeating: 0.0, count: columns)
        for (index, value) in values.enumerated() { sums[index % columns] += value }
        return sums.map { $0 / Double(rows) }
    }
}
