import Annotations
import ArgumentParser
import Evaluation
import Foundation
import Scoring

/// `moments score`: measures a file of predictions, of any model. It needs no tensors.
public struct ScoreCommand: ParsableCommand {
    /// What it is called and does.
    public static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score predictions against annotations.",
        discussion: """
            Predictions are JSON Lines in the QVHighlights submission schema: qid, query, vid, \
            pred_relevant_windows [[start, end, score], …] and pred_saliency_scores, one per clip.

              moments score predictions.jsonl --annotations highlight_val_release.jsonl

            The figures equal the official evaluator's to the last digit; --json has its keys. Whatever is \
            strange about the predictions is listed on standard error. The exit code is 65 for bad data and 66 \
            for a missing file.
            """)

    @Argument(help: "The predictions, JSON Lines.")
    var predictions: String

    @Option(help: "The annotations, in any of the published forms.")
    var annotations: String

    @Option(help: "The table of durations, CSV; only for the text form of Charades-STA.")
    var durations: String?

    @Option(help: "The identifier of the first query; only for the text form of Charades-STA.")
    var firstQid = 0

    @Flag(help: "Print the official evaluator's JSON instead of tables.")
    var json = false

    @Flag(help: "With --json, add R5 and mean IoU to every range of lengths.")
    var extended = false

    @Option(help: "How to measure: auto, \(Benchmark.allCases.map(\.rawValue).joined(separator: ", ")).")
    var dataset: DatasetChoice = .auto

    @Option(help: "What to do about problems: stop, or continue as the official evaluator does.")
    var onProblem: ProblemResponse = .stop

    @Option(help: "2D-TAN's way: suppress overlaps above this IoU first, and count only IoU above a threshold.")
    var strictSuppression: Double?

    /// Asked without arguments.
    public init() {}

    /// Measures and prints; a mistake of the user's becomes a message and an exit code.
    public func run() throws {
        do {
            let report = try score()
            print(json ? report.tree(extended: extended).json : ScoreTable(report).description)
            tellStrange(in: report.check)
        } catch {
            guard let code = Self.exitCode(ofUserFault: error) else { throw error }
            tell("\(error)")
            throw ExitCode(code)
        }
    }

    /// The exit code, by sysexits.h, of what may be wrong with annotations and predictions; nil for any other error.
    public static func exitCode(ofUserFault error: any Error) -> Int32? {
        switch error {
        case AnnotationFileError.notFound: EX_NOINPUT
        case is AnnotationFileError, is ScoreError: EX_DATAERR
        default: nil
        }
    }

    private func score() throws -> ScoreReport {
        let options = AnnotationOptions(
            durations: durations.map { URL(fileURLWithPath: $0) }, firstQueryID: firstQid, policy: policy)
        let truth = try AnnotationSet(contentsOf: URL(fileURLWithPath: annotations), options: options)
        // Lines that cannot be read do not stop at once, so that one run tells all that is wrong.
        let answers = try PredictionSet(contentsOf: URL(fileURLWithPath: predictions), policy: .keepGood)
        for (path, problems) in [(annotations, truth.problems), (predictions, answers.problems)] where !problems.isEmpty
        {
            tell("\(AnnotationFileError.problems(path: path, problems))")
        }
        do {
            let report = try ScoreReport(
                predictions: zip(answers.predictions, answers.lines).map { QueryPrediction($0, line: $1) },
                groundTruth: zip(truth, truth.lines).map { QueryGroundTruth($0, line: $1) },
                benchmark: dataset.benchmark ?? Benchmark(for: truth),
                retrieval: strictSuppression.map { .strict(suppression: $0) }, response: onProblem)
            if onProblem == .continue || answers.problems.isEmpty { return report }
        } catch {
            guard case .problems = error else { throw error }
            tell("\(error)")
        }
        tell("Nothing was scored; --on-problem continue goes on as the official evaluator does.")
        throw ExitCode(EX_DATAERR)
    }

    private var policy: ProblemPolicy { onProblem == .stop ? .strict : .keepGood }

    private func tellStrange(in check: PredictionCheck) {
        if !check.errors.isEmpty { tell(check.errors.summary(noun: "problem")) }
        if !check.notes.isEmpty { tell(check.notes.summary(noun: "note", limit: 5)) }
        let missing = check.errors.count { $0.kind == .missing }
        if missing > 0 { tell("The \(missing) queries without a prediction are left out of every mean.") }
    }
}

/// One line, or several, on standard error.
private func tell(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
}

/// A benchmark by name, or the one that the annotations belong to.
enum DatasetChoice: ExpressibleByArgument {
    case auto
    case named(Benchmark)

    init?(argument: String) {
        if argument == "auto" {
            self = .auto
        } else if let benchmark = Benchmark(rawValue: argument) {
            self = .named(benchmark)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String { "auto" }

    var benchmark: Benchmark? {
        if case .named(let benchmark) = self { benchmark } else { nil }
    }
}

extension ProblemResponse: ExpressibleByArgument {}
