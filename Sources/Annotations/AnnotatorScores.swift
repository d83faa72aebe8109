/// Scores that several annotators gave to clips: rows × annotators, stored row by row.
public struct AnnotatorScores: Hashable, Sendable {
    /// The number of columns.
    public let annotators: Int
    /// All scores, the first row's first; `count · annotators` of them.
    public let values: [Double]

    /// A table of `values.count / annotators` rows.
    ///
    /// - Precondition: `annotators` is positive and divides the number of values.
    public init(annotators: Int, values: [Double]) {
        precondition(annotators > 0 && values.count.isMultiple(of: annotators), "The rows must be of equal length.")
        self.annotators = annotators
        self.values = values
    }

    /// A table from its rows; nil where they differ in length or where the first is empty.
    public init?(rows: [[Double]]) {
        let annotators = rows.first?.count ?? 1
        guard annotators > 0, rows.allSatisfy({ $0.count == annotators }) else { return nil }
        self.init(annotators: annotators, values: rows.flatMap { $0 })
    }

    /// The number of rows.
    public var count: Int { values.count / annotators }

    /// The scores of one row, one per annotator.
    public subscript(row: Int) -> ArraySlice<Double> {
        values[row * annotators..<(row + 1) * annotators]
    }

    /// The sum of one row: 0 … 12 in QVHighlights.
    public func sum(ofRow row: Int) -> Double {
        self[row].reduce(0, +)
    }

    /// The mean of one row: 0 … 4 in QVHighlights.
    public func mean(ofRow row: Int) -> Double {
        sum(ofRow: row) / Double(annotators)
    }
}
