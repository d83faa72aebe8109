import Annotations
import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// Equality with the evaluators of the field, to the last printed digit.
@Suite("Official figures", .enabled(if: SharedMaterial.data != nil)) struct OfficialFiguresTests {
    private static let files = ["moment_detr_clip_val", "sample_val", "univtg_val"]

    private func data(_ path: String) throws -> URL {
        try #require(SharedMaterial.data).appendingPathComponent(path)
    }

    /// The validation split and the files of predictions, each read once.
    private static let truth = Result {
        try groundTruth(
            at: #require(SharedMaterial.data).appendingPathComponent("qvhighlights/highlight_val_release.jsonl"))
    }
    private static let reports = Dictionary(
        uniqueKeysWithValues: files.map { file in (file, Result { try report(file, shuffled: false) }) })

    private static func report(_ file: String, shuffled: Bool) throws -> ScoreReport {
        let folder = try #require(SharedMaterial.data).appendingPathComponent("predictions")
        var lines = try predictions(at: folder.appendingPathComponent("\(file).jsonl"))
        var truth = try truth.get()
        if shuffled {
            lines.shuffle()
            truth.shuffle()
        }
        return try ScoreReport(predictions: lines, groundTruth: truth, benchmark: .qvhighlights)
    }

    private func report(_ file: String) throws -> ScoreReport {
        try #require(Self.reports[file]).get()
    }

    @Test("every figure of the official evaluator", arguments: files, [false, true])
    func official(file: String, shuffled: Bool) throws {
        let expected = try numbers(atJSON: data("predictions/\(file).official_metrics.json"))
        let report = shuffled ? try Self.report(file, shuffled: true) : try report(file)
        let figures = report.tree().figures
        #expect(expected.count == 104)
        for (name, value) in expected { #expect(figures[name] == value, "\(name)") }
        let added = Set(figures.keys).subtracting(expected.keys)
        #expect(added == Set(["R1@0.3", "R5@0.3", "R5@0.5", "R5@0.7", "mIoU"].map { "brief/MR-full-" + $0 }))
    }

    @Test("the official file itself, but for what is added to brief", arguments: files)
    func text(file: String) throws {
        let expected = try String(contentsOf: data("predictions/\(file).official_metrics.json"), encoding: .utf8)
        let added = /\n *"MR-full-(R1@0.3|R5@0.\d|mIoU)": [\d.]+,/
        #expect(try report(file).tree().json.replacing(added, with: "") == expected)
    }

    @Test("every figure of UniVTG's evaluator", arguments: files)
    func univtg(file: String) throws {
        let expected = try numbers(atJSON: data("predictions/\(file).univtg_eval_metrics.json"))
        let report = try report(file)
        let figures = report.tree(extended: true).figures
        #expect(expected.count > 170)
        for (name, value) in expected {
            // It puts the ranges' mean IoU into brief as well, and marks what it selects models by.
            let plain = name.replacing("-key", with: "").replacing(/^brief\/MR-(\w+)-mIoU$/) { "\($0.1)/MR-mIoU" }
            #expect(figures[plain] == value, "\(name)")
        }
    }

    @Test("the row of Moment-DETR in the paper")
    func paper() throws {
        let report = try report("sample_val")
        let names = [
            "MR-full-R1@0.5", "MR-full-R1@0.7", "MR-full-mAP@0.5", "MR-full-mAP@0.75", "MR-full-mAP",
            "HL-min-VeryGood-mAP", "HL-min-VeryGood-Hit1",
        ]
        #expect(names.map { report[$0] } == [53.94, 34.84, 54.96, 31.01, 32.20, 35.65, 55.55])
    }

    @Test("published predictions have notes, but no errors", arguments: files)
    func notes(file: String) throws {
        let check = try report(file).check
        #expect(check.errors.isEmpty)
        #expect(check.notes.count { if case .saliencyCount = $0.kind { true } else { false } } == 13)
        let zero = check.notes.count { if case .zeroLength = $0.kind { true } else { false } }
        #expect(zero == (file == "univtg_val" ? 17 : 0))
    }

    @Test("lengths of windows fall into ranges as published")
    func ranges() throws {
        let metrics = try #require(report("sample_val").retrieval)
        #expect(["full", "short", "middle", "long"].map { metrics[$0]?.queryCount } == [1550, 429, 957, 574])
    }
}

@Suite("Golden metrics") struct MetricsGoldenTests {
    @Test("every figure of every golden case", arguments: SharedMaterial.goldenCases("metrics"))
    func golden(folder: URL) throws {
        let lines = try predictions(at: folder.appendingPathComponent("submission.jsonl"))
        let truth = try groundTruth(at: folder.appendingPathComponent("ground_truth.jsonl"))
        let expected = try numbers(atJSON: folder.appendingPathComponent("expected.json"))
        #expect(!expected.isEmpty)
        for lines in [lines, lines.shuffled()] {
            let report = try ScoreReport(
                predictions: lines, groundTruth: truth, benchmark: .qvhighlights, response: .continue)
            let figures = report.tree().figures
            for (name, value) in expected { #expect(figures[name] == value, "\(name)") }
        }
    }
}
