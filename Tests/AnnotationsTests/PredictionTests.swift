import Foundation
import Testing

@testable import Annotations

@Suite("Predictions") struct PredictionTests {
    @Test("are written in the submission schema, keys in its order")
    func writing() {
        let prediction = Prediction(
            qid: 7, query: "a \"b\"", vid: "v", relevantWindows: [ScoredWindow(start: 0, end: 12.5, score: 0.75)],
            saliencyScores: [-1, 0.1])
        let expected =
            #"{"qid": 7, "query": "a \"b\"", "vid": "v", "pred_relevant_windows": [[0.0, 12.5, 0.75]], "#
            + #""pred_saliency_scores": [-1.0, 0.1]}"#
        #expect(prediction.json == expected)
        #expect(Prediction(qid: "x", relevantWindows: []).json == #"{"qid": "x", "pred_relevant_windows": []}"#)
    }

    @Test("read back as they were written, bit for bit")
    func roundTrip() throws {
        let predictions = (0..<200).map { index in
            Prediction(
                qid: index % 2 == 0 ? .number(index) : .text("q\(index)"), query: "é \(index)", vid: "v",
                relevantWindows: (0..<index % 4).map { _ in
                    ScoredWindow(start: .random(in: 0...9), end: .random(in: 9...99), score: .random(in: -1e-9...1))
                },
                saliencyScores: (0..<index % 7).map { _ in .random(in: -1e3...1e3) })
        }
        let file = try TemporaryFile("")
        try predictions.write(to: file.url)
        let read = try file.predictions()
        #expect(read.predictions == predictions)
        #expect(read.lines == Array(1...200))
    }

    @Test("that are not finite survive, so that they can be reported")
    func notFinite() throws {
        let prediction = Prediction(
            qid: 1, relevantWindows: [ScoredWindow(start: .nan, end: .infinity, score: -.infinity)])
        #expect(prediction.json == #"{"qid": 1, "pred_relevant_windows": [[NaN, Infinity, -Infinity]]}"#)
        let read = try TemporaryFile(prediction.json).predictions().predictions[0]
        let window = try #require(read.relevantWindows?.first)
        #expect(window.start.isNaN && window.end == .infinity && window.score == -.infinity)
    }

    @Test("that break the schema are reported by line")
    func badLines() throws {
        let text = """
            {"qid": 1, "pred_relevant_windows": [[0, 1, 0.5]]}
            {"query": "a"}
            {"qid": 2, "pred_relevant_windows": [[0, 1]]}
            {"qid": 3, "pred_relevant_windows": [[0, 1, 2, 3]]}
            {"qid": 4, "pred_saliency_scores": ["a"]}
            {"qid": 5, "qid": 6}
            {"qid": 7, "pred_saliency_scores": [1, 2]} trailing
            {"qid": 8}
            """
        let file = try TemporaryFile(text, name: "p.jsonl")
        let set = try file.predictions(policy: .keepGood)
        #expect(set.predictions.map(\.qid) == [1, 8])
        #expect(set.lines == [1, 8])
        #expect(set.problems.map(\.line) == [2, 3, 4, 5, 6, 7])
        #expect(set.problems[0].description == "p.jsonl:2: “qid” is missing")
        #expect(throws: AnnotationFileError.problems(path: file.url.path, set.problems)) {
            try file.predictions()
        }
    }

    @Test("an empty file is an error")
    func empty() throws {
        let file = try TemporaryFile("\n")
        #expect(throws: AnnotationFileError.empty(path: file.url.path)) { try file.predictions() }
    }
}
