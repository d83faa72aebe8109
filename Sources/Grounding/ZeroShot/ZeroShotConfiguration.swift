/// The choices of the zero-shot baseline.
public struct ZeroShotConfiguration: Hashable, Sendable, Codable {
    /// Columns of the video features that share a space with the pooled text: CLIP's part.
    public var columns: Range<Int>
    /// Clips over which the similarity is averaged before moments are cut out of it.
    public var smoothing = 5
    /// Moments are runs of clips above the mean plus so many standard deviations of the video's smoothed similarity.
    /// Every threshold gives candidates; the list is ranked and thinned as a whole.
    public var thresholds = [0.0, 0.5, 1.0, 1.5]
    /// A moment that overlaps a better one by more than this IoU is dropped.
    public var nmsThreshold = 0.7
    /// Moments that a query gets at most.
    public var momentCount = 10

    /// Makes a configuration.
    public init(columns: Range<Int>) { self.columns = columns }

    /// Checks every field.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws {
        func require(_ holds: Bool, _ field: String, _ value: Any, _ expectation: String) throws {
            guard holds else { throw ConfigurationError(field: field, value: "\(value)", expectation: expectation) }
        }
        try require(
            !columns.isEmpty && columns.lowerBound >= 0, "columns", columns, "it must name at least one column")
        try require(smoothing >= 1, "smoothing", smoothing, "it must be at least 1")
        try require(
            !thresholds.isEmpty && thresholds.allSatisfy(\.isFinite), "thresholds", thresholds,
            "there must be at least one, and all finite")
        try require(
            nmsThreshold >= 0 && nmsThreshold <= 1, "nmsThreshold", nmsThreshold, "an IoU lies in [0, 1]")
        try require(momentCount >= 1, "momentCount", momentCount, "it must be at least 1")
    }
}
