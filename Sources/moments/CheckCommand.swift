import Annotations
import ArgumentParser
import Datasets
import Foundation
import Training

/// `moments check`: everything that is wrong with annotations and features, without training.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "List every wrong line and every bad feature of a data set, without training.",
        discussion: """
              moments check train.jsonl val.jsonl
              moments check train.jsonl --video slowfast_features clip_features --text clip_text_features
              moments check train.jsonl --pack qvhighlights.pack

            Without features only the annotations are looked at. Ctrl-C stops. The exit code is 0 where all is well, 65 \
            where something is wrong, 66 where an annotation file is missing.
            """)

    @OptionGroup var files: AnnotationArguments

    @OptionGroup var features: FeatureOptions

    @Option(help: "A pack in place of --video and --text.")
    var pack: String?

    @Option(
        help: ArgumentHelp(
            "How closely: exists (is there a file), headers (also widths and rows), values (also every number)."))
    var depth: FeatureCheckDepth = .values

    @Flag(help: "Print one JSON object a file.")
    var json = false

    func validate() throws {
        if pack != nil, !features.video.isEmpty || features.text != nil {
            throw ValidationError("--pack takes the place of --video and --text")
        }
    }

    func run() throws {
        try reporting {
            Interruption.catchSignals()
            var isGood = true
            for path in files.annotations {
                let result = try check(path)
                print(json ? result.json : "\(result)")
                isGood = isGood && result.isGood
            }
            if !isGood { throw ExitCode(EX_DATAERR) }
        }
    }

    private func check(_ path: String) throws -> CheckedFile {
        let set = try files.load(path, policy: .keepGood)
        guard let store = try store(set.annotations) else {
            return CheckedFile(path: path, annotations: set, features: nil)
        }
        let progress = WorkProgress("checking \(path)", unit: "queries")
        defer { progress.clear() }
        do {
            let report = try MomentDataset(annotations: set, features: store).check(depth) { done, all in
                progress.show(done, all)
                return Interruption.pending == nil
            }
            return CheckedFile(path: path, annotations: set, features: report)
        } catch is CancellationError {
            progress.clear()
            throw Interrupted("\(path) was not looked at to the end")
        }
    }

    /// Nil where no features are named.
    private func store(_ annotations: [Annotation]) throws -> (any FeatureStore)? {
        if let pack { return try PackedFeatures(contentsOf: URL(fileURLWithPath: pack)) }
        guard !features.video.isEmpty || features.text != nil, !annotations.isEmpty else { return nil }
        return try features.open(annotations)
    }
}

extension FeatureCheckDepth: ExpressibleByArgument {}

/// What was found about one file of annotations.
struct CheckedFile: CustomStringConvertible {
    let path: String
    let annotations: AnnotationSet
    let features: FeatureReport?

    var isGood: Bool { annotations.problems.isEmpty && features?.problems.isEmpty ?? true }

    /// A summary, then a line for each problem and note.
    var description: String {
        let bad = Set(annotations.problems.map(\.line)).count
        let lines = bad == 0 ? "every line good" : "\(bad) wrong \(bad == 1 ? "line" : "lines")"
        var text = ["\(path): \(annotations.count) queries (\(annotations.format.rawValue)), \(lines)"]
        text += annotations.problems.map { "  \($0)" }
        if let features { text += "\(features)".split(separator: "\n").map { "  \($0)" } }
        return text.joined(separator: "\n")
    }

    private struct Report: Encodable {
        struct Line: Encodable {
            let line: Int
            let problem: String
        }
        struct Feature: Encodable {
            let query: String
            let video: String
            let subject: String
            let file: String?
            let problem: String
        }
        let annotations: String
        let ok: Bool
        let queries: Int
        let lines: [Line]
        let features: [Feature]?
        let notes: [String]?
    }

    /// `annotations`, `ok`, `queries`, `lines` (line, problem), `features` (query, video, subject, file, problem), `notes`.
    var json: String {
        let report = Report(
            annotations: path, ok: isGood, queries: annotations.count,
            lines: annotations.problems.map { .init(line: $0.line, problem: "\($0)") },
            features: features?.problems.map {
                .init(query: $0.query, video: $0.video, subject: $0.subject.rawValue, file: $0.file, problem: "\($0)")
            }, notes: features?.notes)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(report)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
