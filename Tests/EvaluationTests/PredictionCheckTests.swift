import Testing

@testable import Evaluation

@Suite("Checking predictions") struct PredictionCheckTests {
    private let truth = [
        QueryGroundTruth("1", [(0, 10)], duration: 100, ratings: Array(repeating: [1], count: 50)),
        QueryGroundTruth("2", [(0, 10)], duration: 150, ratings: Array(repeating: [1], count: 75)),
    ]

    private func kinds(_ predictions: [QueryPrediction]) -> [PredictionProblem.Kind] {
        PredictionCheck(predictions: predictions, groundTruth: truth).problems.map(\.kind)
    }

    private func pair(_ windows: [(Double, Double, Double)]?, saliency: [Double]? = nil) -> [QueryPrediction] {
        let other = saliency.map { _ in Array(repeating: 0.5, count: 75) }
        return [
            QueryPrediction("1", windows, saliency: saliency, line: 1),
            QueryPrediction("2", [(0, 1, 1)], saliency: other, line: 2),
        ]
    }

    @Test("good predictions have no problems")
    func good() {
        #expect(kinds(pair([(0, 10, 1), (5, 100, -3)])) == [])
        #expect(kinds(pair([(0, 10, 1)], saliency: Array(repeating: -1, count: 50))) == [])
    }

    @Test("missing, unknown and duplicate queries are found, with their lines")
    func identity() {
        let predictions = [
            QueryPrediction("1", [(0, 1, 1)], line: 1), QueryPrediction("3", [(0, 1, 1)], line: 2),
            QueryPrediction("1", [(0, 1, 1)], line: 4),
        ]
        let check = PredictionCheck(predictions: predictions, groundTruth: truth)
        #expect(check.problems.map(\.kind) == [.unknown, .duplicate(firstLine: 1), .missing])
        #expect(check.problems.map(\.line) == [2, 4, nil])
        #expect(check.problems[1].description == "line 4, qid 1: already answered on line 1")
        #expect(check.errors.count == 3)
    }

    @Test("windows that make no sense are errors")
    func windows() {
        #expect(kinds(pair([(10, 5, 1)])) == [.inverted(index: 0, TimeWindow(start: 10, end: 5))])
        let outside: [(Double, Double, Double)] = [(-1, 5, 1), (100, 120, 1), (110, 120, 1), (0, 151, 1)]
        #expect(
            kinds(pair(outside))
                == outside.enumerated().map { index, window in
                    .outsideVideo(index: index, TimeWindow(start: window.0, end: window.1), duration: 100)
                })
        let check = PredictionCheck(
            predictions: pair([(.nan, 5, 1), (0, .infinity, 1), (0, 5, .nan)]), groundTruth: truth)
        #expect(check.errors.count == 3)
        #expect(check.errors[2].description == "line 1, qid 1: window 3 [0.0, 5.0] with score nan is not finite")
    }

    @Test("what published files have is a note")
    func notes() {
        let check = PredictionCheck(
            predictions: pair([(5, 5, 1), (100, 100, 1), (90, 150, 1)], saliency: Array(repeating: 0, count: 49)),
            groundTruth: truth)
        #expect(
            check.notes.map(\.kind) == [
                .zeroLength(index: 0, TimeWindow(start: 5, end: 5)),
                .zeroLength(index: 1, TimeWindow(start: 100, end: 100)),
                .endsAfterVideo(index: 2, TimeWindow(start: 90, end: 150), duration: 100),
                .saliencyCount(found: 49, clips: 50),
            ])
        #expect(check.errors.isEmpty)
    }

    @Test("four decimals may go beyond a video that has more of them")
    func rounding() {
        let check = PredictionCheck(
            predictions: pair([(90, 100.00005, 1), (100.00005, 100.00005, 1), (90, 150.00005, 1)]), groundTruth: truth)
        #expect(check.errors.isEmpty)
        #expect(check.notes.map(\.kind.description).count { $0.contains("ends after the video") } == 1)
    }

    @Test("lines without what other lines have are errors")
    func incomplete() {
        #expect(kinds(pair([])) == [.noWindows])
        #expect(kinds(pair(nil)) == [.noWindows])
        #expect(kinds(pair([(0, 1, 1)], saliency: [])) == [.noSaliency])
        let nan = Array(repeating: Double.infinity, count: 50)
        #expect(kinds(pair([(0, 1, 1)], saliency: nan)) == [.saliencyNotFinite(clip: 0, .infinity)])
    }

    @Test("a strict report refuses errors and takes notes")
    func stopping() throws {
        let strange = pair([(10, 5, 1)])
        let error = #expect(throws: ScoreError.self) {
            try ScoreReport(predictions: strange, groundTruth: truth, benchmark: .qvhighlights)
        }
        guard case .problems(let problems)? = error else { return }
        #expect(problems.count == 1)
        let report = try ScoreReport(
            predictions: strange, groundTruth: truth, benchmark: .qvhighlights, response: .continue)
        #expect(report.check.errors == problems)
        let noted = try ScoreReport(predictions: pair([(5, 5, 1)]), groundTruth: truth, benchmark: .qvhighlights)
        #expect(noted.check.notes.count == 1)
    }

    @Test("nothing in common is an error of its own")
    func nothing() {
        #expect(throws: ScoreError.nothingShared) {
            try ScoreReport(
                predictions: [QueryPrediction("9", [(0, 1, 1)])], groundTruth: truth, benchmark: .qvhighlights,
                response: .continue)
        }
        #expect(throws: ScoreError.nothingToMeasure(.tvsum)) {
            try ScoreReport(predictions: pair([(0, 1, 1)]), groundTruth: truth, benchmark: .tvsum)
        }
    }
}
