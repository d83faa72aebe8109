import Foundation
import Testing

@testable import Evaluation

@Suite("Reports") struct ReportTests {
    private func report(
        _ benchmark: Benchmark = .qvhighlights, saliency: [Double]? = [0.9, 0.1]
    ) throws -> ScoreReport {
        try ScoreReport(
            predictions: [QueryPrediction("1", [(0, 2, 0.5)], saliency: saliency)],
            groundTruth: [QueryGroundTruth("1", [(0, 4)], duration: 4, ratings: [[4, 0], [1, 0]])], benchmark: benchmark
        )
    }

    @Test("brief has the official names in their order, and ours among them")
    func brief() throws {
        guard case .group(let members)? = try report().tree()["brief"] else {
            Issue.record("no brief")
            return
        }
        #expect(
            members.map(\.key) == [
                "MR-full-R1@0.3", "MR-full-R1@0.5", "MR-full-R1@0.7", "MR-full-R5@0.3", "MR-full-R5@0.5",
                "MR-full-R5@0.7", "MR-full-mAP", "MR-full-mAP@0.5", "MR-full-mAP@0.75", "MR-full-mIoU", "MR-long-mAP",
                "MR-middle-mAP", "MR-short-mAP", "HL-min-Fair-mAP", "HL-min-Fair-Hit1", "HL-min-Good-mAP",
                "HL-min-Good-Hit1", "HL-min-VeryGood-mAP", "HL-min-VeryGood-Hit1",
            ])
    }

    @Test("figures are percentages, and null where there are no queries")
    func json() throws {
        let report = try report()
        #expect(report["MR-full-R1@0.5"] == 100)
        #expect(report["MR-full-mAP"] == 10)
        #expect(report["HL-min-Fair-mAP"] == 50)
        #expect(report["MR-long-mAP"] == nil)
        #expect(report["unknown"] == nil)
        let json = report.tree().json
        #expect(json.hasPrefix("{\n    \"brief\": {\n        \"MR-full-R1@0.3\": 100.0,\n"))
        #expect(json.contains("\"MR-long-mAP\": null"))
        #expect(json.hasSuffix("\n}"))
    }

    @Test("without saliency there are no highlights, and the other way round")
    func parts() throws {
        #expect(try report(saliency: nil).highlights == nil)
        let report = try ScoreReport(
            predictions: [QueryPrediction("1", nil, saliency: [1])],
            groundTruth: [QueryGroundTruth("1", nil, duration: 2, ratings: [[4]])], benchmark: .qvhighlights)
        #expect(report.retrieval == nil)
        #expect(report["HL-min-Good-Hit1"] == 100)
    }

    @Test("one moment a query has thresholds of its own")
    func charades() throws {
        let tree = try report(.charadesSTA).tree()
        #expect(tree["brief"]?["MR-full-R5@0.1"] == .figure(Percentage(share: 1)))
        #expect(tree["full"]?["MR-R1"]?["0.7"] == .figure(Percentage(share: 0)))
        #expect(tree["full"]?["MR-mIoU"] == .figure(Percentage(share: 0.5)))
        #expect(tree["short"] == nil)
    }

    @Test("the table is aligned and complete")
    func table() throws {
        let text = ScoreTable(try report()).description
        let blocks = text.components(separatedBy: "\n\n").map { $0.split(separator: "\n") }
        #expect(blocks.map { $0.count } == [5, 4, 4])
        for block in blocks { #expect(Set(block.dropFirst().map(\.count)).count <= 2) }
        #expect(text.contains("VeryGood"))
        #expect(blocks[0].dropFirst().map { $0.split(separator: " ")[0] } == ["full", "short", "middle", "long"])
        #expect(blocks[0][4].contains("–"))
    }

    @Test("names with quotes stay JSON")
    func escaping() {
        let tree = ScoreTree.group([("a\"\\\u{1}", .figure(nil))])
        #expect(tree.json == "{\n    \"a\\\"\\\\\\u0001\": null\n}")
    }

    @Test("a long list of problems is cut")
    func summary() {
        let problems = (0..<30).map { (line: Int) in PredictionProblem(id: "\(line)", line: line, kind: .unknown) }
        let lines = problems.summary(noun: "problem", limit: 3).split(separator: "\n")
        #expect(lines.first == "30 problems:")
        #expect(lines.last == "  … and 27 more")
        #expect(lines.count == 5)
    }
}
