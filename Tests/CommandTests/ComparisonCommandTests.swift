import Foundation
import Testing

@Suite("moments compare", .serialized)
struct CompareCommandTests {
    @Test("trains what is not trained yet, and shows mean and deviation over the seeds")
    func compares() throws {
        let data = try TinyData(epochs: 1)
        try data.write(
            """
            name: nothing learned
            threads: 1
            model: {zeroShot: {}}
            data: {train: train.jsonl, val: val.jsonl, video: [motion, look], text: words}
            optimisation: {epochs: 0}
            output: {directory: zero}
            """, to: "zero.yaml")
        let first = try data.moments("compare", "tiny.yaml", "zero.yaml", "--seeds", "0,1")
        #expect(first.code == 0, "\(first.messages)")
        let lines = first.output.split(separator: "\n")
        #expect(lines[2].contains(" ± ") && lines[3].hasPrefix("| nothing learned"))
        #expect(lines[0].contains("parameters") && lines[0].contains("a query") && lines[2].contains(" ms"))
        // The differences to the best, and that the two were not trained alike.
        #expect(first.output.contains("paired bootstrap over") && first.output.contains("optimisation.epochs"))
        let again = try data.moments("compare", "tiny.yaml", "zero.yaml", "--seeds", "0,1")
        #expect(again.output == first.output && again.messages.contains("run/seed-1: finished before"))
        let wider = try data.moments("compare", "tiny.yaml", "zero.yaml", "--seeds", "0,1,2", "--json")
        #expect(wider.messages.contains("tiny, seed 2: cdnet"))
        let object = try JSONSerialization.jsonObject(with: Data(wider.output.utf8)) as? [String: Any]
        let rows = try #require(object?["configurations"] as? [[String: Any]])
        let figures = rows[0]["figures"] as? [String: [String: Any]]
        #expect((figures?["MR-full-mAP"]?["values"] as? [Double])?.count == 3)
        #expect((rows[0]["query_ms"] as? [Double])?.allSatisfy { $0 > 0 } == true)
        #expect(rows[1]["parameters"] as? Int == 0)
        #expect(try data.moments("compare", "tiny.yaml", "tiny.yaml").code == 64)
    }

    @Test("refuses to train where another comparison is training")
    func locked() throws {
        let data = try TinyData(epochs: 200)
        let (process, outcome) = try data.moments.start(["compare", "tiny.yaml", "--seeds", "0"])
        while process.isRunning, !FileManager.default.fileExists(atPath: data.url("run/seed-0/steps.jsonl").path) {
            usleep(2_000)
        }
        let second = try data.moments("compare", "tiny.yaml", "--seeds", "0")
        #expect(second.code == 75 && second.messages.contains("run/seed-0"), "\(second.messages)")
        process.interrupt()
        #expect(try outcome().code == 130)
    }

    @Test("writes Markdown, a line a run, JSON and a drawing; answers that are kept are not made again")
    func writes() throws {
        let data = try TinyData(epochs: 1)
        try data.write(try data.text("tiny.yaml").replacing("name: tiny", with: "name: other"), to: "other.yaml")
        let arguments = [
            "compare", "tiny.yaml", "other.yaml", "--set", "threads=1", "--seeds", "0,1", "--out", "tables",
        ]
        try data.write(
            try data.text("other.yaml").replacing("directory: run", with: "directory: other-run"), to: "other.yaml")
        let first = try data.moments.start(arguments).outcome()
        #expect(first.code == 0, "\(first.messages)")
        #expect(try data.text("tables/comparison.md").contains("moments compare tiny.yaml other.yaml"))
        let lines = try data.text("tables/comparison.csv").split(separator: "\n")
        #expect(lines.count == 5 && lines[0].hasPrefix("configuration,seed,simulated,parameters"))
        #expect(try data.text("tables/comparison.svg").contains("</svg>"))
        let document = try JSONSerialization.jsonObject(with: Data(data.text("tables/comparison.json").utf8))
        let differences = (document as? [String: Any])?["differences"] as? [String: Any]
        // Both were trained alike, so nothing lies between them.
        let other = (differences?["configurations"] as? [String: [String: [String: Double]]])?.values.first
        #expect(other?["MR-full-mAP"]?["mean"] == 0 && other?["MR-full-mAP"]?["high"] == 0)
        #expect(try !data.text("tables/comparison.md").contains("Not alike"))
        let again = try data.moments.start(arguments).outcome()
        #expect(again.output == first.output && !again.messages.contains("answering"))
    }

    @Test("records make the table again without the runs, and are not taken for another configuration")
    func records() throws {
        let data = try TinyData(epochs: 1)
        try data.write(
            try data.text("tiny.yaml").replacing("name: tiny", with: "name: other").replacing(
                "directory: run", with: "directory: other-run"), to: "other.yaml")
        let arguments = ["compare", "tiny.yaml", "other.yaml", "--set", "threads=1", "--records", "kept", "--seeds"]
        func compare(_ more: String...) throws -> MomentsProgram.Outcome {
            try data.moments.start(arguments + more).outcome()
        }
        let none = try compare("0,1", "--finished")
        #expect(none.code == 64 && none.messages.contains("no run is finished"), "\(none.messages)")
        let first = try compare("0,1")
        #expect(first.code == 0, "\(first.messages)")
        for name in ["run", "other-run"] { try FileManager.default.removeItem(at: data.url(name)) }
        let again = try compare("0,1")
        #expect(again.code == 0 && again.output == first.output, "\(again.messages)\n\(again.output)\n\(first.output)")
        #expect(again.messages.contains("kept/other-run-seed-1.json: finished elsewhere"))
        #expect(!FileManager.default.fileExists(atPath: data.url("run").path))
        // Nor are they bound to where the files lay, or need the data.
        #expect(try !data.text("kept/run-seed-0.json").contains(data.url("run").deletingLastPathComponent().path))
        let elsewhere = try TinyData(epochs: 1)
        try FileManager.default.copyItem(at: data.url("kept"), to: elsewhere.url("kept"))
        for name in ["train.jsonl", "val.jsonl", "motion", "look", "words"] {
            try FileManager.default.removeItem(at: elsewhere.url(name))
        }
        let moved = try elsewhere.moments(
            "compare", "tiny.yaml", "--set", "threads=1", "--records", "kept", "--seeds", "0,1", "--finished")
        #expect(moved.code == 0 && moved.messages.contains("run-seed-1.json: finished elsewhere"), "\(moved.messages)")
        // A third seed is not there, and is not made where only what is finished is wanted.
        let partial = try compare("0,1,2", "--finished")
        #expect(partial.code == 0 && partial.output.contains("of 3 seeds: tiny 2, other 2"), "\(partial.output)")
        // Another learning rate is another run.
        let changed = try compare("0", "--set", "optimisation.learningRate=0.002", "--finished")
        #expect(changed.code == 64 && changed.messages.contains("optimisation.learningRate"), "\(changed.messages)")
        try data.write("{}", to: "kept/run-seed-0.json")
        let broken = try compare("0", "--finished")
        #expect(broken.code == 65 && broken.messages.contains("run-seed-0.json is no record"), "\(broken.messages)")
    }
}

@Suite("moments explain", .serialized)
struct ExplainCommandTests {
    @Test("draws two runs' answers, writes a page, and prints every number")
    func explains() throws {
        let data = try TinyData(epochs: 1)
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        try data.write(
            """
            name: a rival
            threads: 1
            model: {momentDETR: {hiddenSize: 8, heads: 2, feedForwardSize: 8}}
            data: {train: train.jsonl, val: val.jsonl, video: [motion, look], text: words}
            optimisation: {epochs: 1}
            output: {directory: rival}
            """, to: "rival.yaml")
        #expect(try data.moments("train", "rival.yaml").code == 0)
        let drawn = try data.moments("explain", "run", "rival", "--qid", "100", "--out", "why.svg", "--json")
        #expect(drawn.code == 0, "\(drawn.messages)")
        let svg = try data.text("why.svg")
        #expect(svg.contains("a rival") && svg.contains("relevance S") && svg.contains("sampled points"))
        let object = try JSONSerialization.jsonObject(with: Data(drawn.output.utf8)) as? [String: Any]
        let models = try #require(object?["models"] as? [[String: Any]])
        #expect(models.count == 2 && models[0]["points"] != nil && models[1]["points"] == nil)
        let words = try #require(object?["words"] as? [String])
        let attention = try #require(models[0]["word_attention"] as? [[Double]])
        #expect(attention.allSatisfy { $0.count == words.count })
        let page = try data.moments("explain", "run", "--qid", "100", "--out", "why.html")
        #expect(page.code == 0 && page.output.isEmpty)
        #expect(try data.text("why.html").contains("best IoU with the truth"))
    }

    @Test("says which query is missing, and wants a name that it can write")
    func mistakes() throws {
        let data = try TinyData(training: 4, validation: 2, epochs: 1)
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        let missing = try data.moments("explain", "run", "--qid", "9", "--out", "why.svg")
        #expect(missing.code == 64 && missing.messages.contains("qid 9"))
        #expect(try data.moments("explain", "run", "--qid", "100", "--out", "why.pdf").code == 64)
        #expect(try data.moments("explain", "run", "--qid", "100").code == 64)
        #expect(try data.moments("explain", "nowhere", "--qid", "100", "--json").code == 66)
    }
}
