import Annotations
import Evaluation
import Foundation
import Scoring
import Training

/// The figures of as many predictions as QVHighlights' validation split has, files read included.
public struct ScoringBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "scoring"
    /// One line on what it does.
    public static let summary =
        "1,550 predictions of 10 moments and 75 clips against their annotations, reading included"

    /// Queries.
    let count: Int

    /// Makes the benchmark.
    public init(count: Int = 1550) { self.count = count }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        guard stopwatch.wants("QVHighlights, all figures") else { return }
        try ScratchFolder.with { folder in
            let data = SyntheticDataset(count: count)
            let (truth, answers) = (
                folder.appendingPathComponent("annotations.jsonl"), folder.appendingPathComponent("predictions.jsonl")
            )
            try data.annotations.write(to: truth)
            try data.predictions.write(to: answers)
            report(
                try stopwatch.measure(
                    Self.name, "QVHighlights, all figures", detail: "\(count) queries, from two .jsonl files to JSON",
                    items: count, mostRepetitions: 40
                ) {
                    let annotations = try AnnotationSet(contentsOf: truth)
                    let predictions = try PredictionSet(contentsOf: answers)
                    _ = try ScoreReport(
                        predictions.predictions, annotations: annotations, benchmark: Benchmark(for: annotations)
                    ).tree().json
                    return []
                })
        }
    }
}
