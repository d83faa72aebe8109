import Annotations
import Datasets
import Evaluation
import Grounding
import Scoring

extension ScoreReport {
    /// Measures predictions against annotations.
    ///
    /// - Parameter response: What to do about strange predictions.
    /// - Throws: `ScoreError`.
    public init(
        _ predictions: [Prediction], annotations: some Sequence<Annotation>, benchmark: Benchmark,
        clipLength: Double = 2, response: ProblemResponse = .stop
    ) throws(ScoreError) {
        try self.init(
            predictions: predictions.map { QueryPrediction($0) },
            groundTruth: annotations.map { QueryGroundTruth($0, clipLength: clipLength) }, benchmark: benchmark,
            response: response)
    }

    /// The brief figures, in percent.
    public var scores: Scores {
        guard case .group(let members)? = tree()["brief"] else { return Scores() }
        return Scores(
            members.compactMap { member in
                guard case .figure(let figure?) = member.value else { return nil }
                return (member.key, figure.value)
            })
    }
}
