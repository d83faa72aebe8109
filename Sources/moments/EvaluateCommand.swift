import Annotations
import ArgumentParser
import Datasets
import Evaluation
import Foundation
import Grounding
import Training

/// `moments evaluate`: a run answers a split of its data set, and the answers are scored.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Answer a split of the run's data set, and score the answers.",
        discussion: """
            Takes the run's best checkpoint. The predictions stay in the run's folder as predictions-SPLIT.jsonl; \
            moments score gives the same figures for that file.

              moments evaluate runs/first --split val

            A model's confidence is no probability. Training ends with a calibration by the val split, and moments find \
            shows what it makes of a confidence: the probability that a moment overlaps an annotated one by an IoU of at \
            least 0.5. --calibrate fits it anew, for runs that have none:

              moments evaluate runs/first --split val --calibrate
            """)

    @OptionGroup var options: RunOptions

    @Option(help: "val, test or train.")
    var split = Split.val

    @Flag(help: "Print the official evaluator's JSON instead of tables.")
    var json = false

    @Flag(help: "Also say how many of CDNet's sampled points lie in the moments, with and without learned offsets.")
    var sampledPoints = false

    @Flag(help: "Fit the scores' calibration on this split, and store it in the checkpoint.")
    var calibrate = false

    func validate() throws {
        if calibrate, split == .train {
            throw ValidationError("--calibrate needs queries that the model did not learn from: --split val.")
        }
    }

    func run() throws {
        try reporting {
            let (trained, configuration) = try options.load()
            let queries = try configuration.data.annotations(split)
            let dataset = try trained.dataset(queries, data: configuration.data)
            let predictor = Predictor(batchSize: configuration.evaluation.batchSize)
            let progress = WorkProgress("answering", unit: "queries")
            defer { progress.clear() }
            let predictions = try predictor.predictions(of: trained.model, for: dataset, progress: progress.goesOn)
            progress.clear()
            let folder = RunFolder(trained.file.deletingLastPathComponent())
            try predictions.write(to: folder.predictions(split.rawValue))
            let report = try ScoreReport(
                predictions, annotations: queries, benchmark: configuration.data.benchmark,
                clipLength: configuration.data.annotatedClipLength)
            let isSimulated = trained.isSimulated || dataset.recipe.simulated
            if json {
                print(report.json(simulated: isSimulated))
            } else {
                let mark = isSimulated ? " · simulated features" : ""
                print("\(trained.title) · \(split.rawValue), \(queries.count) queries\(mark)\n")
                print(ScoreTable(report))
            }
            if calibrate { try storeCalibration(of: predictions, queries, in: trained.file) }
            if sampledPoints { try printSampledPoints(trained.model, dataset) }
        }
    }
}

extension EvaluateCommand {
    private func printSampledPoints(_ model: any GroundingModel, _ dataset: MomentDataset) throws {
        guard let share = try SampledPointShare(of: model, on: dataset) else {
            throw ValidationError("This model samples no points, or these queries have no moments.")
        }
        let text = [share.learned, share.grid].map { String(format: "%.2f", 100 * $0) }
        var line =
            "Sampled points inside the moments: \(text[0]) % where the model moved them, \(text[1]) % on the plain grid"
        if share.pull.reachable > 0 {
            let shares = [share.pull.share, share.pull.weightedShare].map { String(format: "%.1f", 100 * $0) }
            line +=
                "\nOf \(share.pull.reachable) points outside that can reach a moment, the loss's gradient pulls "
                + "\(shares[0]) % towards it (\(shares[1]) % by strength)"
        }
        say(line)
    }

    private func storeCalibration(
        of predictions: [Prediction], _ queries: AnnotationSet, in file: URL
    ) throws {
        let calibration = try Calibration(predictions, annotations: queries)
        try Checkpoint.store(calibration, in: file)
        var line =
            "Calibrated on \(calibration.moments) moments, \(calibration.fitting) of which fit; stored in \(file.path)"
        if let quality = Calibration.quality(predictions, annotations: queries) {
            let errors = [quality.before, quality.after].map { String(format: "%.3f", $0) }
            line +=
                "\nExpected calibration error: \(errors[0]) before, \(errors[1]) after (each half by the other's fit)"
        }
        say(line)
    }

    /// Beside `--json` the standard output holds JSON alone.
    private func say(_ line: String) {
        if json { tell(line) } else { print("\n" + line) }
    }
}

extension Split: ExpressibleByArgument {}

extension ScoreReport {
    /// The official evaluator's JSON, with `"simulated": true` before it where that is so.
    fileprivate func json(simulated: Bool) -> String {
        let text = tree().json
        return simulated ? "{\n    \"simulated\": true," + text.dropFirst() : text
    }
}
