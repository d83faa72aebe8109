/// Highlights of whole videos, as TVSum and YouTube Highlights measure them: mAP per domain.
///
/// The average precision of one ranking sums trapezoids under the precision–recall curve from recall 0 and
/// precision 1 on (Liu et al., “UMT: Unified Multi-modal Transformers”, CVPR 2022, and its successors).
public struct VideoHighlightMetrics: Hashable, Sendable {
    /// How labels become highlights, and how far down the ranking one looks.
    public enum Style: Hashable, Sendable {
        /// A clip is a highlight to an annotator who rates it above the (lower) median of the video; only
        /// the best `top` clips count. TVSum has `top` 5 and 20 annotators.
        case aboveMedian(top: Int)
        /// A clip with a positive label is a highlight; the whole ranking counts. YouTube Highlights.
        case positive
    }

    /// The figure of one domain, a share from 0 to 1.
    public struct Domain: Hashable, Sendable {
        /// The domain's name; empty where the ground truth has none.
        public let name: String
        /// How many videos it has.
        public let videoCount: Int
        /// The mean over annotators and videos.
        public let meanAveragePrecision: Double
    }

    /// The domains by name.
    public let domains: [Domain]

    /// The mean over the domains, each counting once; NaN without any.
    public var meanAveragePrecision: Double {
        domains.reduce(0) { $0 + $1.meanAveragePrecision } / Double(domains.count)
    }

    /// Measures the predictions for those videos that are in both lists and have ratings.
    ///
    /// Clips of equal saliency keep their order. Saliency beyond the ratings is left out.
    public static func evaluate(
        predictions: [QueryPrediction], groundTruth: [QueryGroundTruth], style: Style
    ) -> VideoHighlightMetrics {
        let queries = MatchedQuery.pairs(predictions, groundTruth.filter { $0.ratings != nil })
        let groups = Dictionary(grouping: queries) { $0.truth.domain ?? "" }
        let domains = groups.sorted { $0.key < $1.key }.map { name, queries in
            Domain(name: name, videoCount: queries.count, meanAveragePrecision: mean(of: queries, style))
        }
        return VideoHighlightMetrics(domains: domains)
    }

    private static func mean(of queries: [MatchedQuery], _ style: Style) -> Double {
        let annotators = queries.map { $0.truth.ratings?.annotators ?? 0 }.max() ?? 0
        var sum = 0.0
        for annotator in 0..<annotators {
            var precisions: [Double] = []
            for query in queries {
                guard let ratings = query.truth.ratings, annotator < ratings.annotators else { continue }
                let column = stride(from: annotator, to: ratings.values.count, by: ratings.annotators)
                    .map { ratings.values[$0] }
                precisions.append(averagePrecision(query.answer.saliency ?? [], column, style))
            }
            sum += precisions.reduce(0, +) / Double(precisions.count)
        }
        return sum / Double(annotators)
    }

    private static func averagePrecision(_ saliency: [Double], _ ratings: [Double], _ style: Style) -> Double {
        let scores = saliency.prefix(ratings.count).map { $0.isNaN ? -.infinity : $0 }
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        switch style {
        case .positive:
            return trapezoids(order.map { ratings[$0] > 0 })
        case .aboveMedian(let top):
            guard !ratings.isEmpty else { return 0 }
            let median = ratings.sorted()[(ratings.count - 1) / 2]
            return trapezoids(order.prefix(top).map { ratings[$0] > median })
        }
    }

    private static func trapezoids(_ isHighlight: [Bool]) -> Double {
        let total = isHighlight.count { $0 }
        if total == 0 { return 0 }
        var hits = 0.0
        var area = 0.0
        var (lastRecall, lastPrecision) = (0.0, 1.0)
        for (place, isHit) in isHighlight.enumerated() {
            if isHit { hits += 1 }
            let recall = hits / Double(total)
            let precision = hits / Double(place + 1)
            area += (recall - lastRecall) * (lastPrecision + precision) / 2
            (lastRecall, lastPrecision) = (recall, precision)
        }
        return area
    }
}
