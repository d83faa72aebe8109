/// Something strange about predictions, with the line that it is on.
public struct PredictionProblem: Error, Hashable, Sendable {
    /// What is strange.
    ///
    /// Each case says what going on does with it. That is what the official QVHighlights evaluator does
    /// wherever it goes on itself; where it stops with an error, the least that lets the rest be measured.
    public enum Kind: Hashable, Sendable {
        /// A query of the ground truth has no prediction. The official evaluator refuses; told not to compare
        /// the sets of queries, it leaves the query out of every mean, and so do we.
        case missing
        /// A prediction's query is not in the ground truth. As for `missing`: the line is left out.
        case unknown
        /// An earlier line answers the same query. As in the official evaluator, mAP takes the windows of all
        /// such lines (the first ten of each), while R*n*, HIT@1 and highlight mAP take the last line.
        case duplicate(firstLine: Int?)
        /// There is no window, or no list of them while other lines have one. The official evaluator stops;
        /// the query counts as a miss with an average precision of 0.
        case noWindows
        /// There is no saliency, while other lines have some. The official evaluator stops; the query is a
        /// miss for HIT@1, and for mAP all its clips tie.
        case noSaliency
        /// A window ends before it starts. As in the official evaluator its negative length goes into the IoU,
        /// which is 0 or less for R*n*; where that makes the union 0, the IoU is NaN: see `notFinite`.
        case inverted(index: Int, TimeWindow)
        /// A window has an end or a score that is NaN or infinite. As in the official evaluator a NaN overlap
        /// is a miss for R*n* but, being below no threshold, a hit for mAP. A NaN score ranks last (there,
        /// the order is then undefined).
        case notFinite(index: Int, RankedWindow)
        /// A window starts before 0 or behind the video, or ends behind the longest video. It is measured as
        /// it stands, as in the official evaluator.
        case outsideVideo(index: Int, TimeWindow, duration: Double)
        /// A saliency score is NaN or infinite. The official evaluator stops; NaN ranks last for mAP, and, as
        /// in NumPy, first for HIT@1.
        case saliencyNotFinite(clip: Int, Double)
        /// A window ends where it starts: a note. It is measured as it stands, and never a hit.
        case zeroLength(index: Int, TimeWindow)
        /// A window ends behind its video, but within the longest one, which models that know no durations
        /// produce: a note. It is measured as it stands.
        case endsAfterVideo(index: Int, TimeWindow, duration: Double)
        /// There are more or fewer saliency scores than clips: a note. As in the official evaluator, what is
        /// too much is cut for mAP and a miss for HIT@1, and what is missing is 0.
        case saliencyCount(found: Int, clips: Int)
    }

    /// Whether a problem stops a strict evaluation.
    public enum Severity: Hashable, Sendable {
        /// Published files have it, and no figure is in doubt.
        case note
        /// The figures may not be what they seem.
        case error
    }

    /// The query.
    public let id: String
    /// The line of the prediction; for a missing query, its line in the ground truth. Nil where unknown.
    public let line: Int?
    /// What is strange.
    public let kind: Kind

    /// Whether it stops a strict evaluation.
    public var severity: Severity {
        switch kind {
        case .zeroLength, .endsAfterVideo, .saliencyCount: .note
        default: .error
        }
    }
}

extension PredictionProblem: CustomStringConvertible {
    /// The line, the query, and what is strange.
    public var description: String {
        let place: String
        if case .missing = kind {
            place = line.map { "ground truth line \($0)" } ?? "ground truth"
        } else {
            place = line.map { "line \($0)" } ?? "prediction"
        }
        return "\(place), qid \(id): \(kind)"
    }
}

extension PredictionProblem.Kind: CustomStringConvertible {
    /// What is strange, without the place.
    public var description: String {
        switch self {
        case .missing: "no prediction answers this query"
        case .unknown: "the ground truth has no such query"
        case .duplicate(let first): "already answered" + (first.map { " on line \($0)" } ?? "")
        case .noWindows: "there is no window"
        case .noSaliency: "there is no saliency"
        case .inverted(let index, let window): "window \(index + 1) \(window) ends before it starts"
        case .notFinite(let index, let ranked):
            "window \(index + 1) \(ranked.window) with score \(ranked.score) is not finite"
        case .outsideVideo(let index, let window, let duration):
            "window \(index + 1) \(window) lies outside the video, 0 to \(duration) s"
        case .saliencyNotFinite(let clip, let score): "the saliency of clip \(clip) is \(score)"
        case .zeroLength(let index, let window): "window \(index + 1) \(window) ends where it starts"
        case .endsAfterVideo(let index, let window, let duration):
            "window \(index + 1) \(window) ends after the video, which lasts \(duration) s"
        case .saliencyCount(let found, let clips): "there are \(found) saliency scores for \(clips) clips"
        }
    }
}

extension TimeWindow: CustomStringConvertible {
    /// `[start, end]`, in seconds.
    public var description: String { "[\(start), \(end)]" }
}
