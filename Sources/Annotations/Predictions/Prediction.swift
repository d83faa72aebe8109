/// A predicted moment with its score.
public struct ScoredWindow: Hashable, Sendable {
    /// Where it begins, in seconds.
    public var start: Double
    /// Where it ends, in seconds.
    public var end: Double
    /// How sure the model is; only the order within one query counts.
    public var score: Double

    /// A moment from `start` to `end`, in seconds; nothing is checked.
    public init(start: Double, end: Double, score: Double) {
        self.start = start
        self.end = end
        self.score = score
    }
}

/// What a model answers to one query, as a line of the QVHighlights submission schema.
public struct Prediction: Hashable, Sendable {
    /// The query's identifier.
    public var qid: QueryID
    /// The sentence; for the reader of the file only.
    public var query: String?
    /// The video's identifier; for the reader of the file only.
    public var vid: String?
    /// Moments, best first.
    public var relevantWindows: [ScoredWindow]?
    /// Saliency of every clip of the video, from the first on.
    public var saliencyScores: [Double]?

    /// An answer; nothing is checked.
    public init(
        qid: QueryID, query: String? = nil, vid: String? = nil, relevantWindows: [ScoredWindow]? = nil,
        saliencyScores: [Double]? = nil
    ) {
        self.qid = qid
        self.query = query
        self.vid = vid
        self.relevantWindows = relevantWindows
        self.saliencyScores = saliencyScores
    }

    /// The line that the QVHighlights evaluators read, without its end.
    ///
    /// The keys are `qid`, `query`, `vid`, `pred_relevant_windows` (`[[start, end, score], …]`) and
    /// `pred_saliency_scores`, in this order; what is nil is left out.
    public var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("qid") { $0.raw(qid.json) }
            if let query { writer.member("query") { $0.string(query) } }
            if let vid { writer.member("vid") { $0.string(vid) } }
            if let relevantWindows {
                writer.member("pred_relevant_windows") { writer in
                    writer.array(relevantWindows) { writer, window in
                        writer.array([window.start, window.end, window.score]) { $0.number($1) }
                    }
                }
            }
            if let saliencyScores {
                writer.member("pred_saliency_scores") { writer in
                    writer.array(saliencyScores) { $0.number($1) }
                }
            }
        }
        return writer.text
    }
}
