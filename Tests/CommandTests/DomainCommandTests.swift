import Foundation
import Testing

@Suite("moments train on domains, and from another run", .serialized)
struct DomainCommandTests {
    /// A TVSum of two domains with three training videos and two others each, and simulated features for it.
    private func tvsum() throws -> TinyData {
        let data = try TinyData(training: 0, validation: 0)
        func lines(_ split: String, _ count: Int) -> String {
            ["BK", "DS"].flatMap { domain in
                (0..<count).map { index in
                    let clips = 9 + index
                    let rows = (0..<clips).map { clip in
                        let best = (clip + index) % 4 == 0 ? 5 : 2
                        return "[\(best).0, \(max(best - 1, 1 + clip % 2)).0, \(best).0]"
                    }
                    let vid = "\(domain)-\(split)-\(index)"
                    return """
                        {"qid": "\(vid)", "query": "How to \(domain == "BK" ? "ride a bike" : "show a dog") \(index)", \
                        "vid": "\(vid)", "duration": \(clips), "label": [\(rows.joined(separator: ", "))], \
                        "domain": "\(domain)"}
                        """
                }
            }.joined(separator: "\n")
        }
        try data.write(lines("train", 3), to: "tvsum-train.jsonl")
        try data.write(lines("val", 2), to: "tvsum-val.jsonl")
        let made = try data.moments("simulate", "tvsum-train.jsonl", "tvsum-val.jsonl", "--out", "features")
        #expect(made.code == 0, "\(made.messages)")
        try data.write(
            """
            name: domains
            threads: 1
            model:
              cdnet: {hiddenSize: 8, heads: 2, feedForwardSize: 8, localizerLayers: 1, offsetKernel: 3}
            data:
              benchmark: tvsum
              train: tvsum-train.jsonl
              val: tvsum-val.jsonl
              video: [features/clip_features]
              text: features/clip_text_features
            optimisation: {epochs: 1, batchSize: 2}
            evaluation: {metric: HL-mAP}
            output: {directory: runs/all}
            """, to: "tvsum.yaml")
        return data
    }

    @Test("each domain is a run of its own, and their predictions together give the table by domain")
    func domains() throws {
        let data = try tvsum()
        var predictions = ""
        for domain in ["BK", "DS"] {
            let trained = try data.moments(
                "train", "tvsum.yaml", "--set", "data.domain=\(domain)", "--set", "output.directory=runs/\(domain)")
            #expect(trained.code == 0, "\(trained.messages)")
            #expect(trained.messages.contains("3 queries"))
            let evaluated = try data.moments("evaluate", "runs/\(domain)", "--split", "val")
            #expect(evaluated.code == 0, "\(evaluated.messages)")
            #expect(evaluated.output.contains("mean of domains") && evaluated.output.contains("simulated"))
            predictions += try data.text("runs/\(domain)/predictions-val.jsonl")
        }
        try data.write(predictions, to: "all.jsonl")
        let scored = try data.moments("score", "all.jsonl", "--annotations", "tvsum-val.jsonl")
        #expect(scored.code == 0, "\(scored.messages)")
        let rows = scored.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.first == ["Highlights", "mAP", "videos"])
        #expect(rows.dropFirst().map(\.first) == ["BK", "DS", "mean"])
        #expect(rows.dropFirst().map(\.last) == ["2", "2", "4"])
    }

    @Test("a domain that is not there is a mistake in the configuration, and the others are named")
    func unknownDomain() throws {
        let data = try tvsum()
        let outcome = try data.moments("train", "tvsum.yaml", "--set", "data.domain=XY")
        #expect(outcome.code == 78)
        #expect(outcome.messages.contains("no video of the domain “XY”. It has BK, DS."))
    }

    @Test("a run begins with the parameters of the one that it names; one of another model is refused")
    func startFrom() throws {
        let data = try TinyData(epochs: 1)
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        let first = try data.moments("evaluate", "run", "--json")
        let second = try data.moments(
            "train", "tiny.yaml", "--set", "optimisation.startFrom=run", "--set", "optimisation.epochs=0", "--set",
            "seed=9", "--set", "output.directory=started")
        #expect(second.code == 0, "\(second.messages)")
        #expect(try data.moments("evaluate", "started", "--json").output == first.output)
        let wider = try data.moments(
            "train", "tiny.yaml", "--set", "optimisation.startFrom=run", "--set", "model.cdnet.hiddenSize=16", "--set",
            "output.directory=wider")
        #expect(wider.code == 65)
        let missing = try data.moments("train", "tiny.yaml", "--set", "optimisation.startFrom=nowhere")
        #expect(missing.code == 78 && missing.messages.contains("optimisation.startFrom"))
    }

    @Test("subtitles are learned from where the configuration says that they are some")
    func subtitles() throws {
        let data = try TinyData(epochs: 1)
        let lines = (0..<4).map { id in
            """
            {"qid": \(id), "query": "said \(id)", "vid": "v\(id)", "duration": \(12 + 2 * (id % 5)), \
            "relevant_windows": [[\(id + 1).5, \(id == 0 ? 99 : id + 5).2]]}
            """
        }
        try data.write(lines.joined(separator: "\n"), to: "subs.jsonl")
        let strict = try data.moments("train", "tiny.yaml", "--set", "data.train=subs.jsonl", "--set", "data.val=null")
        #expect(strict.code == 65)
        let outcome = try data.moments(
            "train", "tiny.yaml", "--set", "data.train=subs.jsonl", "--set", "data.format=subtitles", "--set",
            "data.val=null")
        #expect(outcome.code == 0, "\(outcome.messages)")
        #expect(outcome.messages.contains("4 queries"))
    }
}
