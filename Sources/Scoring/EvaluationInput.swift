import Annotations
import Evaluation

extension QueryGroundTruth {
    /// What the evaluation wants to know of an annotation.
    ///
    /// - Parameters:
    ///   - line: where the annotation stands in its file, for messages.
    ///   - clipLength: seconds a clip.
    public init(_ annotation: Annotation, line: Int? = nil, clipLength: Double = 2) {
        let scores = annotation.labels ?? annotation.clipSaliency(clipLength: clipLength)
        self.init(
            id: annotation.qid.json, duration: annotation.duration,
            windows: annotation.relevantWindows?.map { TimeWindow(start: $0.start, end: $0.end) },
            ratings: scores.map { ClipRatings(annotators: $0.annotators, values: $0.values) },
            domain: annotation.domain, line: line)
    }
}

extension QueryPrediction {
    /// What the evaluation wants to know of a prediction.
    ///
    /// - Parameter line: where the prediction stands in its file, for messages.
    public init(_ prediction: Prediction, line: Int? = nil) {
        self.init(
            id: prediction.qid.json,
            windows: prediction.relevantWindows?.map { RankedWindow(start: $0.start, end: $0.end, score: $0.score) },
            saliency: prediction.saliencyScores, line: line)
    }
}

extension Benchmark {
    /// The benchmark that annotations belong to, by what they hold.
    public init(for annotations: AnnotationSet) {
        switch annotations.format {
        case .qvhighlights: self = .qvhighlights
        case .charadesText: self = .charadesSTA
        case .tacosJSON: self = .tacos
        case .activityNetJSON: self = .activityNet
        case .subtitles: self = .charadesSTA
        case .tvsum: self = .tvsum
        case .youtubeHighlights: self = .youtubeHighlights
        case .jsonLines:
            let hasSaliency = annotations.contains { $0.saliencyScores != nil }
            self = hasSaliency ? .qvhighlights : .charadesSTA
        }
    }
}
