/// What the answer to one query should be.
public struct QueryGroundTruth: Hashable, Sendable {
    /// The query's identifier; unique.
    public var id: String
    /// The video's length in seconds.
    public var duration: Double
    /// The moments that were asked for, none of them empty; nil where unknown.
    public var windows: [TimeWindow]?
    /// How annotators rated every clip of the video; nil where unknown.
    public var ratings: ClipRatings?
    /// The category that TVSum and YouTube Highlights report by.
    public var domain: String?
    /// The line that it was read from, for messages.
    public var line: Int?

    /// Ground truth; nothing is checked.
    public init(
        id: String, duration: Double, windows: [TimeWindow]? = nil, ratings: ClipRatings? = nil,
        domain: String? = nil, line: Int? = nil
    ) {
        self.id = id
        self.duration = duration
        self.windows = windows
        self.ratings = ratings
        self.domain = domain
        self.line = line
    }
}

/// Annotators' ratings of all clips of a video: clips × annotators, stored clip by clip.
public struct ClipRatings: Hashable, Sendable {
    /// The number of annotators: three in QVHighlights.
    public let annotators: Int
    /// All ratings, those of the first clip first.
    public let values: [Double]

    /// Ratings of `values.count / annotators` clips.
    ///
    /// - Precondition: `annotators` is positive and divides the number of values.
    public init(annotators: Int, values: [Double]) {
        precondition(annotators > 0 && values.count.isMultiple(of: annotators), "Every clip needs every annotator.")
        self.annotators = annotators
        self.values = values
    }

    /// The number of clips.
    public var clipCount: Int { values.count / annotators }
}
