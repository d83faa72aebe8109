import Foundation
import TestSupport
import Testing

/// The programs of `docs/library.md`, which are built with the package.
@Suite("The library's examples", .serialized)
struct LibraryExampleTests {
    private func run(_ name: String, in data: TinyData, _ arguments: String...) throws -> MomentsProgram.Outcome {
        try MomentsProgram(folder: data.folder, name: name).start(arguments).outcome()
    }

    @Test("stand in the documentation as they are compiled", arguments: ["ScoreFile", "GroundQuery", "OwnModel"])
    func documented(name: String) throws {
        let root = SharedMaterial.packageRoot
        let page = try String(contentsOf: root.appendingPathComponent("docs/library.md"), encoding: .utf8)
        let program = try String(
            contentsOf: root.appendingPathComponent("Examples/library/\(name)/main.swift"), encoding: .utf8)
        #expect(page.contains("```swift\n\(program)```"))
    }

    @Test("score and ground as the command does")
    func score() throws {
        let data = try TinyData(epochs: 1)
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        #expect(try data.moments("predict", "run", "--annotations", "val.jsonl", "--out", "p.jsonl").code == 0)
        let scored = try run("ScoreFile", in: data, "p.jsonl", "val.jsonl")
        #expect(scored.code == 0, "\(scored.messages)")
        #expect(try scored.output == data.moments("score", "p.jsonl", "--annotations", "val.jsonl").output)

        let found = try run("GroundQuery", in: data, "run", "motion/v102.npz,look/v102.npz", "words/qid102.npz")
        #expect(found.code == 0, "\(found.messages)")
        let line = try #require(try data.text("p.jsonl").split(separator: "\n").first { $0.contains("\"qid\": 102") })
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        let windows = try #require(object?["pred_relevant_windows"] as? [[Double]])
        let expected = windows.prefix(5).map { String(format: "%6.2f – %6.2f s  %.4f", $0[0], $0[1], $0[2]) }
        #expect(found.output == expected.joined(separator: "\n") + "\n")
    }

    @Test("train a model of one's own, whose loss falls, and score it")
    func ownModel() throws {
        let data = try TinyData(training: 40, validation: 8)
        let outcome = try run("OwnModel", in: data, "train.jsonl", "val.jsonl", "motion", "words")
        #expect(outcome.code == 0, "\(outcome.messages)")
        let losses = outcome.output.matches(of: #/loss ([0-9.]+)/#).compactMap { Double($0.1) }
        #expect(losses.count == 10 && losses[9] < losses[0])
        #expect(outcome.output.contains("R1@0.5"))
    }
}
