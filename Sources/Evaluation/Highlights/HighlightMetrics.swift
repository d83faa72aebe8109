/// A rating from which on a clip counts as a highlight.
public struct HighlightLevel: Hashable, Sendable {
    /// The name that stands in the keys: `Fair`, `Good`, `VeryGood`.
    public var name: String
    /// The least rating of a highlight.
    public var minimum: Double

    /// A level with its name.
    public init(name: String, minimum: Double) {
        self.name = name
        self.minimum = minimum
    }

    /// The three levels of QVHighlights, whose ratings go from 0 to 4.
    public static let qvhighlights = [
        HighlightLevel(name: "Fair", minimum: 2), HighlightLevel(name: "Good", minimum: 3),
        HighlightLevel(name: "VeryGood", minimum: 4),
    ]
}

/// How well a model's saliency finds highlights: mAP and HIT@1, as in the official QVHighlights evaluator.
public struct HighlightMetrics: Hashable, Sendable {
    /// The figures for one level. Both are shares from 0 to 1.
    public struct LevelMetrics: Hashable, Sendable {
        /// From which rating on a clip counts.
        public let level: HighlightLevel
        /// The mean over queries and annotators of the average precision of the clips.
        public let meanAveragePrecision: Double
        /// How often the clip with the highest saliency is a highlight to at least one annotator.
        public let hitAt1: Double
    }

    /// How many queries were measured.
    public let queryCount: Int
    /// The figures, level by level.
    public let levels: [LevelMetrics]

    /// Measures the predictions for those queries that are in both lists and have ratings.
    ///
    /// Saliency beyond the ratings is cut for mAP; what is missing is padded with 0, and an answer without
    /// saliency is all padding and a miss. Means over no queries are NaN.
    public static func evaluate(
        predictions: [QueryPrediction], groundTruth: [QueryGroundTruth],
        levels: [HighlightLevel] = HighlightLevel.qvhighlights
    ) -> HighlightMetrics {
        let queries = MatchedQuery.pairs(predictions, groundTruth.filter { $0.ratings != nil })
        var precisions = Array(repeating: [Double](), count: levels.count)
        var hits = Array(repeating: 0, count: levels.count)
        var measure = RankedAveragePrecision()
        for query in queries {
            guard let ratings = query.truth.ratings else { continue }
            let saliency = query.answer.saliency ?? []
            measure.rank(saliency, ratings)
            let top = firstMaximum(saliency)
            for (index, level) in levels.enumerated() {
                for annotator in 0..<ratings.annotators {
                    let precision = measure.averagePrecision(annotator: annotator, minimum: level.minimum)
                    precisions[index].append(precision)
                }
                if let top, top < ratings.clipCount {
                    let row = ratings.values[top * ratings.annotators..<(top + 1) * ratings.annotators]
                    if row.contains(where: { $0 >= level.minimum }) { hits[index] += 1 }
                }
            }
        }
        let figures = levels.indices.map { index in
            LevelMetrics(
                level: levels[index], meanAveragePrecision: pairwiseMean(precisions[index]),
                hitAt1: Double(hits[index]) / Double(queries.count))
        }
        return HighlightMetrics(queryCount: queries.count, levels: figures)
    }

    /// The first of the largest; the first NaN where there is one, as NumPy has it.
    private static func firstMaximum(_ values: [Double]) -> Int? {
        var best: Int?
        for (index, value) in values.enumerated() {
            if value.isNaN { return index }
            if best.map({ value > values[$0] }) ?? true { best = index }
        }
        return best
    }
}
