// Scores a file of predictions: plain numbers, no libtorch.
//
//     ScoreFile predictions.jsonl annotations.jsonl
import Annotations
import Evaluation
import Foundation
import Scoring

let files = CommandLine.arguments.dropFirst().map { URL(fileURLWithPath: $0) }
guard files.count == 2 else { fatalError("usage: ScoreFile PREDICTIONS.jsonl ANNOTATIONS.jsonl") }
let predictions = try PredictionSet(contentsOf: files[0]).predictions
let annotations = try AnnotationSet(contentsOf: files[1])

let report = try ScoreReport(
    predictions: predictions.map { QueryPrediction($0) }, groundTruth: annotations.map { QueryGroundTruth($0) },
    benchmark: Benchmark(for: annotations))
print(ScoreTable(report))
