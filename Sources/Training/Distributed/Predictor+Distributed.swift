import Annotations
import Datasets
import Grounding
import Torch

extension Predictor {
    /// The answers of all processes of a group, in the order of the annotations.
    ///
    /// Each asks its model about some of the batches, which are those of one process, so that the answers are the same.
    ///
    /// - Parameters:
    ///   - model: This process's; all have the same parameters.
    ///   - dataset: All queries, the same on every process.
    ///   - group: The processes.
    ///   - progress: Is told how many of the own queries are done; false stops all processes.
    /// - Throws: `CancellationError` on all where one was to stop; what reading features throws.
    public func predictions(
        of model: any GroundingModel, for dataset: MomentDataset, sharedBy group: ProcessGroup,
        progress: (_ done: Int, _ of: Int) -> Bool = { _, _ in true }
    ) throws -> [Prediction] {
        let share = RowShare(of: dataset.batchCount(size: batchSize), rank: group.rank, size: group.size)
        // A process for which no batch is left has none to compute here: no gradient waits for it.
        let own = share.counts[group.rank] > 0 ? share.rows : 0..<0
        var answers: [SharedAnswer]?
        do {
            answers = try predictions(of: model, for: dataset, batches: own, progress: progress).map(SharedAnswer.init)
        } catch is CancellationError {}
        let all = try group.gather(answers)
        guard !all.contains(where: { $0 == nil }) else { throw CancellationError() }
        return zip(all.flatMap { $0 ?? [] }, dataset.annotations).map { $0.prediction(for: $1) }
    }
}

/// An answer on its way to another process, to the last bit.
private struct SharedAnswer: Codable {
    /// Start, end, score.
    let windows: [[Double]]?
    let saliency: [Double]?

    init(_ prediction: Prediction) {
        windows = prediction.relevantWindows?.map { [$0.start, $0.end, $0.score] }
        saliency = prediction.saliencyScores
    }

    func prediction(for annotation: Annotation) -> Prediction {
        Prediction(
            qid: annotation.qid, query: annotation.query, vid: annotation.vid,
            relevantWindows: windows?.map { ScoredWindow(start: $0[0], end: $0[1], score: $0[2]) },
            saliencyScores: saliency)
    }
}
