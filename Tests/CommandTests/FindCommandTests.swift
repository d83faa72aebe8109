import Foundation
import TensorFiles
import Testing

@Suite struct `Finding from feature files` {
    private struct Answer: Decodable {
        struct Moment: Decodable {
            let start, end, score: Double
            let confidence, logit, cosine: Double?
        }
        let query: String
        let duration: Double
        let moments: [Moment]
        let saliency: [Double]
        let threshold: Double?
        let confident: Bool?
        let bestBelow: Moment?
        let model, scores: String

        enum CodingKeys: String, CodingKey {
            case query, duration, moments, threshold, confident, model, scores
            case saliency = "pred_saliency_scores"
            case bestBelow = "best_below_threshold"
        }
    }

    private func answers(_ outcome: MomentsProgram.Outcome) throws -> [Answer] {
        #expect(outcome.code == 0, "\(outcome.messages)")
        return try outcome.output.split(separator: "\n").map {
            try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
        }
    }

    private func matrix(_ rows: Int, _ width: Int, _ value: (Int, Int) -> Float) -> StoredTensor {
        StoredTensor((0..<rows * width).map { value($0 / width, $0 % width) }, shape: [rows, width])
    }

    @Test func `asks several sentences, sees long videos whole, and says where it is not confident`() throws {
        let data = try TinyData(epochs: 1)
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        let wave = { (row: Int, column: Int) in Float(sin(Double(row * 7 + column) * 0.618)) }
        try NPZFile.write(["features": matrix(200, 6, wave)], to: data.url("motion/long.npz"))
        try NPZFile.write(["features": matrix(200, 4, wave)], to: data.url("look/long.npz"))
        let call = ["find", "--features", "motion/long.npz,look/long.npz", "--model", "run", "--json"]

        let several = try answers(
            data.moments.start(
                call + ["one thing", "another", "--text", "words/qid100.npz", "--text", "words/qid101.npz"]
            ).outcome())
        #expect(several.map(\.query) == ["one thing", "another"])
        #expect(several.allSatisfy { $0.duration == 400 && $0.saliency.count == 200 })
        #expect(several.allSatisfy { $0.threshold == nil && $0.confident == nil && !$0.moments.isEmpty })
        #expect(several[0].scores.hasSuffix("calibrated"))
        #expect(several[0].moments.allSatisfy { $0.confidence != nil && $0.logit != nil && $0.cosine == nil })

        // The same from a file, and each by itself.
        try data.write(
            """
            {"query": "one thing", "text": "words/qid100.npz"}

            {"query": "another", "text": "words/qid101.npz"}
            """, to: "queries.jsonl")
        let listed = try answers(data.moments.start(call + ["--queries", "queries.jsonl"]).outcome())
        let alone = try answers(data.moments.start(call + ["another", "--text", "words/qid101.npz"]).outcome())
        #expect(listed.map(\.query) == ["one thing", "another"])
        #expect(listed.map { $0.moments.map(\.score) } == several.map { $0.moments.map(\.score) })
        #expect(alone.map { $0.moments.map(\.start) } == [several[1].moments.map(\.start)])

        // No score is 1, every one more than 0.
        let none = try answers(data.moments.start(call + ["--text", "words/qid100.npz", "--threshold", "1"]).outcome())
        #expect(none[0].confident == false && none[0].moments.isEmpty)
        #expect(none[0].bestBelow?.score == several[0].moments[0].score)
        let all = try answers(data.moments.start(call + ["--text", "words/qid100.npz", "--threshold", "0"]).outcome())
        #expect(all[0].confident == true && all[0].bestBelow == nil)
        #expect(all[0].moments.count == several[0].moments.count)
        let text = try data.moments("find", "--run", "run", "--qid", "102", "--threshold", "1")
        #expect(text.output.contains("No confident moment: the best is "))
    }

    @Test func `finds without a trained model`() throws {
        let data = try TinyData()
        try NPZFile.write(
            ["features": matrix(40, 4) { row, column in (row / 10 == 2) == (column == 0) ? 1 : 0.1 }],
            to: data.url("look/film.npz"))
        try NPZFile.write(
            [
                "last_hidden_state": matrix(3, 4) { _, _ in 1 },
                "pooler_output": matrix(1, 4) { _, column in column == 0 ? 1 : 0 },
            ],
            to: data.url("words/red.npz"))
        let call = ["find", "red", "--features", "look/film.npz", "--text", "words/red.npz", "--zero-shot"]
        let found = try answers(data.moments.start(call + ["--json"]).outcome())
        let best = try #require(found.first?.moments.first)
        #expect(best.start >= 34 && best.start <= 42 && best.end >= 58 && best.end <= 66)
        #expect(best.score > 0.9 && best.cosine != nil && best.logit == nil)
        #expect(found[0].model == "zero-shot" && found[0].scores == "fixed rule")
        let refused = try data.moments(
            "find", "--features", "motion/v1.npz", "--text", "words/red.npz", "--zero-shot")
        #expect(refused.code == 64)
        #expect(refused.messages.contains("pooler_output"))
    }

    @Test(arguments: [
        ["--features", "look/v1.npz", "--text", "words/qid1.npz"],
        ["--features", "look/v1.npz", "--text", "words/qid1.npz", "--model", "x", "--zero-shot"],
        ["--features", "look/v1.npz", "--text", "words/qid1.npz", "--zero-shot", "--threshold", "2"],
        ["a", "b", "--features", "look/v1.npz", "--text", "words/qid1.npz", "--zero-shot"],
        ["--features", "look/v1.npz", "--zero-shot", "--queries", "missing.jsonl"],
        ["--features", "look/v1.npz", "--zero-shot", "--queries", "tiny.yaml"],
        ["a", "--features", "look/v1.npz", "--zero-shot", "--queries", "tiny.yaml"],
    ])
    func `refuses a call that makes no sense`(_ arguments: [String]) throws {
        let data = try TinyData()
        let outcome = try data.moments.start(["find"] + arguments).outcome()
        #expect(outcome.code == 64)
        #expect(!outcome.messages.isEmpty)
    }
}
