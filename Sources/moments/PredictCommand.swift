import Annotations
import ArgumentParser
import Foundation
import Training

/// `moments predict`: a run answers a file of queries.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Answer queries with a trained model.",
        discussion: """
            Writes JSON Lines in the QVHighlights submission schema. The features are looked for where they lay in \
            training; --set data.video=[A,B] --set data.text=T names other places.

              moments predict runs/first --annotations test.jsonl --out predictions.jsonl
            """)

    @OptionGroup var options: RunOptions

    @Option(help: "The queries, in any of the published forms. Ground truth is not needed.")
    var annotations: String

    @Option(help: "The predictions to write.")
    var out: String

    @Option(help: "Queries a batch.")
    var batchSize = 64

    func validate() throws {
        if batchSize < 1 { throw ValidationError("--batch-size must be at least 1") }
    }

    func run() throws {
        try reporting {
            let (trained, configuration) = try options.load()
            let queries = try configuration.data.annotations(annotations)
            let dataset = try trained.dataset(queries, data: configuration.data)
            let progress = WorkProgress("answering", unit: "queries")
            defer { progress.clear() }
            let predictions = try Predictor(batchSize: batchSize).predictions(
                of: trained.model, for: dataset, progress: progress.goesOn)
            progress.clear()
            try predictions.write(to: URL(fileURLWithPath: out))
            let simulated = trained.isSimulated ? ", simulated features" : ""
            print("\(out): \(predictions.count) queries answered by \(trained.title)\(simulated)")
        }
    }
}
