import Evaluation

/// How far each row of a comparison lies behind the best one, and how sure that is.
public struct ComparisonDifferences: Sendable {
    /// One row against the best.
    public struct Row: Sendable {
        /// The configuration's name.
        public let name: String
        /// For each metric, this row minus the best one, in the metric's unit; nil where no query has both.
        public let values: [PairedBootstrap.Difference?]
    }

    /// The best row's name.
    public let best: String
    /// The figures that are compared.
    public let metrics: [String]
    /// All other rows, in their order.
    public let rows: [Row]
    /// Queries of the split.
    public let queries: Int
    /// How the intervals were drawn.
    public let bootstrap: PairedBootstrap

    /// Compares all rows with the one of the greatest mean of the comparison's metric.
    ///
    /// A query's figure is its mean over the seeds. Nil where there are not two rows to compare.
    public init?(_ comparison: Comparison, metrics: [String], bootstrap: PairedBootstrap = PairedBootstrap()) {
        let means = comparison.rows.map { $0.summary(comparison.metric)?.mean ?? -.infinity }
        guard comparison.rows.count > 1, let greatest = means.max(), greatest.isFinite,
            let index = means.firstIndex(of: greatest)
        else { return nil }
        let best = comparison.rows[index]
        let others = comparison.rows.enumerated().filter { $0.offset != index }.map(\.element)
        let reference = metrics.map(best.queries)
        let differences = others.flatMap { row -> [[Double]] in
            // Other queries cannot be paired with the best row's.
            let isPaired = row.qids == best.qids && !row.qids.isEmpty
            return zip(metrics, reference).map { metric, best in
                isPaired ? zip(row.queries(metric), best).map { $0 - $1 } : []
            }
        }
        let tested = bootstrap.intervals(of: differences)
        self.best = best.name
        self.metrics = metrics
        self.bootstrap = bootstrap
        queries = reference.first?.count ?? 0
        rows = others.enumerated().map { place, row in
            Row(name: row.name, values: Array(tested[(place * metrics.count)..<((place + 1) * metrics.count)]))
        }
    }
}
