import Annotations
import ArgumentParser
import Evaluation
import Foundation
import Training

/// `moments score`: measures a file of predictions, of any model.
struct ScoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
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

    func run() async throws {
        do {
            let report = try score()
            let output = json ? report.tree(extended: extended).json : ScoreTable(report).description
            print(output)
            let strange = [("problem", report.check.errors), ("note", report.check.notes)]
            for (noun, problems) in strange where !problems.isEmpty {
                tell(problems.summary(noun: noun, limit: noun == "note" ? 5 : 20))
            }
        } catch let error as AnnotationFileError {
            tell("\(error)")
            if case .notFound = error { throw ExitCode(EX_NOINPUT) }
            throw ExitCode(EX_DATAERR)
        } catch let error as ScoreError {
            tell("\(error)")
            if case .problems = error { tell("Nothing was scored; --on-problem continue goes on all the same.") }
            throw ExitCode(EX_DATAERR)
        }
    }

    private func score() throws -> ScoreReport {
        let policy: ProblemPolicy = onProblem == .stop ? .strict : .keepGood
        let options = AnnotationOptions(
            durations: durations.map { URL(fileURLWithPath: $0) }, firstQueryID: firstQid, policy: policy)
        let truth = try AnnotationSet(contentsOf: URL(fileURLWithPath: annotations), options: options)
        let answers = try PredictionSet(contentsOf: URL(fileURLWithPath: predictions), policy: policy)
        for problem in (truth.problems + answers.problems).prefix(AnnotationFileError.listedProblems) {
            tell("left out: \(problem)")
        }
        return try ScoreReport(
            predictions: zip(answers.predictions, answers.lines).map { QueryPrediction($0, line: $1) },
            groundTruth: zip(truth, truth.lines).map { QueryGroundTruth($0, line: $1) },
            benchmark: dataset.benchmark ?? Benchmark(for: truth),
            retrieval: strictSuppression.map { .strict(suppression: $0) }, response: onProblem)
    }

    private func tell(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }
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
