import Testing

@testable import Evaluation

/// What happens to strange predictions when one goes on: as the official evaluator, where it does.
@Suite("Going on") struct GoingOnTests {
    private func full(_ predictions: [QueryPrediction], _ truth: [QueryGroundTruth]) throws
        -> MomentRetrievalMetrics.RangeMetrics
    {
        try #require(MomentRetrievalMetrics.evaluate(predictions: predictions, groundTruth: truth).full)
    }

    private let truth = [QueryGroundTruth("1", [(0, 10)]), QueryGroundTruth("2", [(20, 30)])]

    @Test("missing and unknown queries are left out of the means")
    func shared() throws {
        let metrics = try full([QueryPrediction("1", [(0, 10, 1)]), QueryPrediction("3", [(0, 10, 1)])], truth)
        #expect(metrics.queryCount == 1)
        #expect(metrics.meanIoU == 1)
    }

    @Test("of duplicates R1 takes the last, mAP takes all")
    func duplicates() throws {
        let lines = [
            QueryPrediction("1", [(0, 10, 0.9)]), QueryPrediction("2", [(20, 30, 1)]),
            QueryPrediction("1", [(50, 60, 0.5)]),
        ]
        let metrics = try full(lines, truth)
        #expect(metrics.recall(at: 0.5) == 0.5)
        #expect(metrics.averagePrecision(at: 0.5) == 1)
        let turned = try full(lines.reversed(), truth)
        #expect(turned.recall(at: 0.5) == 1)
    }

    @Test("NaN ends are a miss for R1 and a hit for mAP")
    func nanWindow() throws {
        let metrics = try full([QueryPrediction("1", [(.nan, 10, 1)])], [truth[0]])
        #expect(metrics.recall(at: 0.3) == 0)
        #expect(metrics.recall(at: 0.3, count: 5) == 0)
        #expect(metrics.averagePrecision(at: 0.95) == 1)
        #expect(metrics.meanIoU == 0)
    }

    @Test("inverted windows are a miss, but for mAP a hit where lengths cancel out")
    func inverted() throws {
        let cancelling = try full([QueryPrediction("1", [(10, 0, 1)])], [truth[0]])
        #expect(cancelling.recall(at: 0.3) == 0)
        #expect(cancelling.averagePrecision(at: 0.5) == 1)
        let other = try full([QueryPrediction("1", [(9, 0, 1)])], [truth[0]])
        #expect(other.averagePrecision(at: 0.5) == 0)
    }

    @Test("an answer without windows is a miss")
    func noWindows() throws {
        let metrics = try full([QueryPrediction("1", []), QueryPrediction("2", [(20, 30, 1)])], truth)
        #expect(metrics.recall(at: 0.5) == 0.5)
        #expect(metrics.recall(at: 0.5, count: 5) == 0.5)
        #expect(metrics.meanAveragePrecision == 0.5)
    }

    @Test("NaN scores rank last, NaN saliency last for mAP and first for HIT@1")
    func nanScores() throws {
        let windows = [(50.0, 60.0, Double.nan), (0, 10, 0.1)]
        #expect(try full([QueryPrediction("1", windows)], [truth[0]]).averagePrecision(at: 0.5) == 1)
        let metrics = HighlightMetrics.evaluate(
            predictions: [QueryPrediction("1", nil, saliency: [0.5, .nan])],
            groundTruth: [QueryGroundTruth("1", nil, ratings: [[4], [0]])])
        #expect(metrics.levels.map(\.meanAveragePrecision) == [1, 1, 1])
        #expect(metrics.levels.map(\.hitAt1) == [0, 0, 0])
    }
}
