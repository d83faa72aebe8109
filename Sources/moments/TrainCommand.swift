import ArgumentParser
import Foundation
import Torch
import Training

/// `moments train`: a configuration becomes a run.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model as a configuration says.",
        discussion: """
              moments train Configurations/qvhighlights-small.yaml
              moments train Configurations/qvhighlights-small.yaml --resume
              moments train mine.yaml --set optimisation.epochs=5 --set output.directory=runs/short

            The run's folder gets best.safetensors, last.safetensors, metrics.jsonl (a line an epoch), steps.jsonl \
            (a line a step), curves.svg and configuration.yaml. At the end the best model's scores are calibrated by the val \
            split. Ctrl-C saves and stops; --resume goes on with the \
            same numbers to the last bit, also after a crash.

            Exits with 78 for a configuration that cannot be, 66 for files that are missing, 65 for bad data, 73 \
            where the folder holds a run already, 130 after Ctrl-C.
            """)

    @Argument(help: "The configuration, YAML.")
    var configuration: String

    @Flag(help: "Go on with the run in the configuration's output directory.")
    var resume = false

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change a field, as in optimisation.epochs=5. May be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    func run() throws {
        let progress = ProgressLine()
        defer { progress.finish() }
        try reporting {
            let settings = try TrainingConfiguration(
                contentsOf: URL(fileURLWithPath: configuration), setting: assignments)
            prepareLibtorch(threads: settings.threads)
            Interruption.catchSignals()
            let trainer = try Trainer(settings, resuming: resume, observer: progress)
            let end: Trainer.End
            do {
                end = try trainer.run()
            } catch {
                progress.finish()
                throw error
            }
            let folder = trainer.folder
            if end == .earlyStop {
                tell("No better evaluation for \(settings.evaluation.patience ?? 0): stopped early.")
            }
            if let best = trainer.best {
                let value = String(format: "%.2f", best.value)
                tell("Best: epoch \(best.epoch) with \(settings.evaluation.metric) \(value).")
            }
            if trainer.best != nil { calibrate(folder.best) }
            print(folder.checkpoint.path)
        }
    }
}

/// Fits the calibration of a run's best model on its val split. Without one the model is as good, its scores say less.
private func calibrate(_ file: URL) {
    do {
        try TrainedModel.calibrate(file) { _, _ in Interruption.pending == nil }
    } catch {
        tell("The scores are not calibrated: \(error)")
    }
}

/// Sets what can be set only once: threads, and that the same input gives the same numbers.
func prepareLibtorch(threads: Int?) {
    if let threads { Libtorch.setThreadCount(threads) }
    Libtorch.setDeterministic(true)
}
