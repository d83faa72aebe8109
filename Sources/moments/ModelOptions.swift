import ArgumentParser
import Foundation
import Training

/// What commands that use a run have in common.
struct RunOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A run's folder, or a checkpoint.", valueName: "run"))
    var place: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Change a field of the run's configuration, as in data.text=DIR. May be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    /// Loads the model, with the run's configuration as changed.
    func load() throws -> (trained: TrainedModel, configuration: TrainingConfiguration) {
        let file = RunFolder.checkpoint(at: place)
        let stored = try Checkpoint(contentsOf: file).metadata.configuration
        let configuration = try stored.setting(assignments, checkingFiles: false)
        prepareLibtorch(threads: configuration.threads)
        let trained = try TrainedModel(
            at: place, settings: configuration.model.settings, device: configuration.chosenDevice)
        return (trained, configuration)
    }
}
