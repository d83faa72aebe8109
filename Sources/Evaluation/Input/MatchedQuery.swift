/// A query with the lines that answer it, in file order. More than one line is a duplicate.
struct MatchedQuery {
    let truth: QueryGroundTruth
    let answers: [QueryPrediction]

    /// The line that counts where only one can: the last, as in the official evaluator.
    var answer: QueryPrediction { answers[answers.count - 1] }

    /// Brings together what belongs together, in the order of the ground truth.
    ///
    /// Queries without an answer and answers to unknown queries are left out.
    static func pairs(_ predictions: [QueryPrediction], _ groundTruth: [QueryGroundTruth]) -> [MatchedQuery] {
        let answers = Dictionary(grouping: predictions, by: \.id)
        return groundTruth.compactMap { truth in
            answers[truth.id].map { MatchedQuery(truth: truth, answers: $0) }
        }
    }
}
