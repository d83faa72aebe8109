import Foundation
import Testing

@Suite("The program that a user calls")
struct LauncherTests {
    /// A copy of `moments` with nothing beside it.
    private func alone(_ tiny: TinyData, _ arguments: String...) throws -> MomentsProgram.Outcome {
        let copy = tiny.url("alone")
        if !FileManager.default.fileExists(atPath: copy.path) {
            try FileManager.default.copyItem(at: tiny.moments.url, to: copy)
        }
        return try tiny.moments.start(arguments, at: copy).outcome()
    }

    @Test("scores without the program that loads libtorch, and with it alike")
    func scoresAlone() throws {
        let tiny = try TinyData(epochs: 0)
        let lines = (100..<104).map { id in
            """
            {"qid": \(id), "query": "sentence \(id)", "vid": "v\(id)", "pred_relevant_windows": [[2, 8, 0.9]], \
            "pred_saliency_scores": [\((0..<(6 + id % 5)).map { "\($0)" }.joined(separator: ", "))]}
            """
        }
        try tiny.write(lines.joined(separator: "\n"), to: "predictions.jsonl")
        let scored = try alone(tiny, "score", "predictions.jsonl", "--annotations", "val.jsonl", "--json")
        #expect(scored.code == 0 && scored.output.contains("MR-full-R1@0.5"), "\(scored.messages)")
        var other = tiny.moments
        other.name = "moments-libtorch"
        let same = try other("score", "predictions.jsonl", "--annotations", "val.jsonl", "--json")
        #expect(same.output == scored.output)
        let missing = try alone(tiny, "score", "none.jsonl", "--annotations", "val.jsonl")
        #expect(missing.code == 66 && missing.messages.contains("none.jsonl"))
    }

    @Test("says what is missing where the other program is not beside it")
    func saysWhatIsMissing() throws {
        let tiny = try TinyData(epochs: 0)
        let outcome = try alone(tiny, "doctor")
        #expect(outcome.code == 72 && outcome.messages.contains("moments-libtorch"))
        #expect(outcome.messages.contains("make command"))
    }
}
