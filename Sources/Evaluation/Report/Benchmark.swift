/// A data set's way of measuring.
public enum Benchmark: String, CaseIterable, Sendable {
    /// Moments by R1, R5 and mAP for four ranges of lengths, and highlights at three levels.
    case qvhighlights
    /// One moment a query: R1 and R5 at 0.1, 0.3, 0.5 and 0.7, and mean IoU.
    case charadesSTA = "charades-sta"
    /// As Charades-STA.
    case tacos
    /// As Charades-STA.
    case activityNet = "activitynet"
    /// Highlights of whole videos: mAP of the best five clips, per domain.
    case tvsum
    /// Highlights of whole videos: mAP, per domain.
    case youtubeHighlights = "youtube-highlights"

    /// How moments are measured; nil where they are not.
    public var retrieval: RetrievalOptions? {
        switch self {
        case .qvhighlights: .qvhighlights
        case .charadesSTA, .tacos, .activityNet: .singleMoment
        case .tvsum, .youtubeHighlights: nil
        }
    }

    /// The levels of highlights; empty where there are none.
    public var levels: [HighlightLevel] {
        self == .qvhighlights ? HighlightLevel.qvhighlights : []
    }

    /// How highlights of whole videos are measured; nil where they are not.
    public var videoHighlights: VideoHighlightMetrics.Style? {
        switch self {
        case .tvsum: .aboveMedian(top: 5)
        case .youtubeHighlights: .positive
        case .qvhighlights, .charadesSTA, .tacos, .activityNet: nil
        }
    }
}
