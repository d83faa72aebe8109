// Scores a file of predictions: plain numbers, no libtorch.
//
//     ScoreFile predictions.jsonl annotations.jsonl
import Annotations
import Evaluation
import Foundation

let files = CommandLine.arguments.dropFirst().map { URL(fileURLWithPath: $0) }
guard files.count == 2 else { fatalError("usage: ScoreFile PREDICTIONS.jsonl ANNOTATIONS.jsonl") }
let predictions = try PredictionSet(contentsOf: files[0]).predictions
let annotations = try AnnotationSet(contentsOf: files[1])

let answers = predictions.map { prediction in
    QueryPrediction(
        id: prediction.qid.json,
        windows: prediction.relevantWindows?.map { RankedWindow(start: $0.start, end: $0.end, score: $0.score) },
        saliency: prediction.saliencyScores)
}
let truth = annotations.map { annotation in
    QueryGroundTruth(
        id: annotation.qid.json, duration: annotation.duration,
        windows: annotation.relevantWindows?.map { TimeWindow(start: $0.start, end: $0.end) },
        ratings: annotation.clipSaliency().map { ClipRatings(annotators: $0.annotators, values: $0.values) })
}
let report = try ScoreReport(predictions: answers, groundTruth: truth, benchmark: .qvhighlights)
print(ScoreTable(report))
