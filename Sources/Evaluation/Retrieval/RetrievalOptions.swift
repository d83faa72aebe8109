/// Which ground-truth windows a row of the table is about, by their length in seconds.
public struct LengthRange: Hashable, Sendable {
    /// The name that stands in the keys: `short`, `middle`, `long`, `full`.
    public var name: String
    /// Windows must be longer than this; nil for no filter at all.
    public var above: Double?
    /// Windows must be at most this long.
    public var upTo: Double

    /// Windows with `above < length <= upTo`; all windows without `above`.
    public init(name: String, above: Double? = nil, upTo: Double = .infinity) {
        self.name = name
        self.above = above
        self.upTo = upTo
    }

    /// Every window.
    public static let full = LengthRange(name: "full")
    /// Up to 10 s.
    public static let short = LengthRange(name: "short", above: 0, upTo: 10)
    /// Over 10 and up to 30 s.
    public static let middle = LengthRange(name: "middle", above: 10, upTo: 30)
    /// Over 30 and up to 150 s.
    public static let long = LengthRange(name: "long", above: 30, upTo: 150)

    func contains(_ window: TimeWindow) -> Bool {
        guard let above else { return true }
        return above < window.length && window.length <= upTo
    }
}

/// How moment retrieval is measured.
public struct RetrievalOptions: Hashable, Sendable {
    /// When a predicted window counts as a hit.
    public enum Comparison: Hashable, Sendable {
        /// IoU ≥ threshold, as in the QVHighlights evaluators.
        case atLeast
        /// IoU > threshold, as in 2D-TAN's evaluator.
        case above
    }

    /// The *m* of R*n*@*m*.
    public var recallThresholds: [Double]
    /// The *n* of R*n*@*m*.
    public var recallCounts: [Int]
    /// The IoU thresholds that mAP is averaged over.
    public var precisionThresholds: [Double]
    /// The rows of the table. The first should be `full`.
    public var ranges: [LengthRange]
    /// How many windows of a line mAP looks at.
    public var maximumWindows: Int
    /// When a window counts as a hit for R*n*@*m*.
    public var comparison: Comparison
    /// The IoU above which a window is suppressed by a better one first; nil for no suppression.
    public var suppression: Double?

    /// Options; the defaults are those of QVHighlights.
    public init(
        recallThresholds: [Double] = Self.steps(from: 30), recallCounts: [Int] = [1, 5],
        precisionThresholds: [Double] = Self.steps(from: 50),
        ranges: [LengthRange] = [.full, .long, .middle, .short], maximumWindows: Int = 10,
        comparison: Comparison = .atLeast, suppression: Double? = nil
    ) {
        precondition(recallCounts.allSatisfy { $0 > 0 } && maximumWindows > 0, "At least one window must count.")
        self.recallThresholds = recallThresholds
        self.recallCounts = recallCounts
        self.precisionThresholds = precisionThresholds
        self.ranges = ranges
        self.maximumWindows = maximumWindows
        self.comparison = comparison
        self.suppression = suppression
    }

    /// QVHighlights: R1 and R5 at 0.30, 0.35, …, 0.95, mAP at 0.50, …, 0.95, four ranges of lengths.
    public static let qvhighlights = RetrievalOptions()

    /// Charades-STA and TACoS: R1 and R5 at 0.1, 0.3, 0.5, 0.7 over all windows.
    public static let singleMoment = RetrievalOptions(recallThresholds: [0.1, 0.3, 0.5, 0.7], ranges: [.full])

    /// 2D-TAN's way: suppression first, then IoU strictly above the threshold.
    ///
    /// - Parameter threshold: 2D-TAN's configurations have 0.45 for Charades-STA and 0.4 for TACoS with
    ///   their pooling models, 0.5 elsewhere.
    public static func strict(suppression threshold: Double) -> RetrievalOptions {
        var options = singleMoment
        options.comparison = .above
        options.suppression = threshold
        return options
    }

    /// 0.05 apart, up to 0.95; each the double nearest to its decimal.
    public static func steps(from hundredths: Int) -> [Double] {
        stride(from: hundredths, through: 95, by: 5).map { Double($0) / 100 }
    }
}
