/// A stretch of time in a video, in seconds from its start.
public struct Window: Hashable, Sendable {
    /// Where it begins, in seconds.
    public var start: Double
    /// Where it ends, in seconds.
    public var end: Double

    /// A window from `start` to `end`, in seconds; nothing is checked.
    public init(start: Double, end: Double) {
        self.start = start
        self.end = end
    }

    /// `end − start`, in seconds.
    public var length: Double { end - start }
}

/// One query about one video, with whatever is known of the answer.
///
/// All times are seconds. What a data set does not give is nil: a test split without ground truth has
/// neither windows nor saliency, Charades-STA and TACoS have windows only, TVSum and YouTube Highlights
/// have `labels` only.
public struct Annotation: Hashable, Sendable {
    /// The query's identifier, unique within a data set.
    public var qid: QueryID
    /// The sentence.
    public var query: String
    /// The video's identifier; feature files bear it as their name.
    public var vid: String
    /// The video's length in seconds.
    ///
    /// For TVSum, whose files count 2-second shots here, it is the number of shots times two.
    public var duration: Double
    /// The moments that the query describes.
    public var relevantWindows: [Window]?
    /// The clips that lie in the moments: clip *i* spans `clipLength · i ..< clipLength · (i + 1)`.
    public var relevantClipIDs: [Int]?
    /// How salient each of `relevantClipIDs` is: one row per entry, one column per annotator
    /// (QVHighlights: three, from 0 “Very Bad” to 4 “Very Good”).
    public var saliencyScores: AnnotatorScores?
    /// Ratings of the whole video: one row per clip, one column per annotator
    /// (TVSum: 20 columns from 1 to 5; YouTube Highlights: one column of 0 or 1).
    public var labels: AnnotatorScores?
    /// The category of the video in TVSum and YouTube Highlights.
    public var domain: String?

    /// A query with as much ground truth as is given; nothing is checked.
    public init(
        qid: QueryID, query: String, vid: String, duration: Double, relevantWindows: [Window]? = nil,
        relevantClipIDs: [Int]? = nil, saliencyScores: AnnotatorScores? = nil, labels: AnnotatorScores? = nil,
        domain: String? = nil
    ) {
        self.qid = qid
        self.query = query
        self.vid = vid
        self.duration = duration
        self.relevantWindows = relevantWindows
        self.relevantClipIDs = relevantClipIDs
        self.saliencyScores = saliencyScores
        self.labels = labels
        self.domain = domain
    }
}
