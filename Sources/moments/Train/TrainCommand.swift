import ArgumentParser
import CLinux
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
              moments train mine.yaml --processes 4

            The run's folder gets best.safetensors, last.safetensors, metrics.jsonl (a line an epoch), steps.jsonl \
            (a line a step), curves.svg and configuration.yaml. At the end the best model's scores are calibrated by the val \
            split. Ctrl-C saves and stops; --resume goes on with the \
            same numbers to the last bit, also after a crash.

            Several processes train one model together, with the numbers of one but for rounding: --processes on one \
            machine, or RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT in the environment, as torchrun and others set them.

            Exits with 78 for a configuration that cannot be, 66 for files that are missing, 65 for bad data, 73 \
            where the folder holds a run already, 69 where other processes cannot be reached, 75 where one was lost, \
            130 after Ctrl-C.
            """)

    @Argument(help: "The configuration, YAML.")
    var configuration: String

    @Flag(help: "Go on with the run in the configuration's output directory.")
    var resume = false

    @Flag(
        help: """
            Go on with the run where there is one, and begin it otherwise: for launchers that give the same command again \
            after a machine was lost or taken away.
            """)
    var resumeIfBegun = false

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change a field, as in optimisation.epochs=5. May be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    @Option(help: ArgumentHelp("Train with so many processes on this machine.", valueName: "count"))
    var processes = 1

    func validate() throws {
        guard !resume || !resumeIfBegun else {
            throw ValidationError("--resume and --resume-if-begun: give one of them.")
        }
        guard processes > 0 else { throw ValidationError("--processes \(processes): at least one process trains.") }
    }

    func run() throws {
        let place = try reporting { try DistributedEnvironment(ProcessInfo.processInfo.environment) }
        guard processes > 1 else { return try train(place) }
        try reporting {
            guard place == nil else {
                throw UsageError(
                    "RANK and WORLD_SIZE are set, so this is one of several processes: leave --processes out.")
            }
            // Its mistakes are said once, and not by every process.
            _ = try TrainingConfiguration(contentsOf: URL(fileURLWithPath: configuration), setting: assignments)
            try LocalProcesses(count: processes, arguments: trainingArguments).run()
        }
    }

    /// What each of several processes is called with.
    private var trainingArguments: [String] {
        ["train", configuration] + (resume ? ["--resume"] : []) + (resumeIfBegun ? ["--resume-if-begun"] : [])
            + assignments.flatMap { ["--set", $0] }
    }

    /// Trains as one process, which may be one of several.
    private func train(_ place: DistributedEnvironment?) throws {
        let isLeader = place?.rank ?? 0 == 0
        let progress = isLeader ? ProgressLine() : nil
        defer { progress?.finish() }
        try reporting(from: place) {
            let settings = try TrainingConfiguration(
                contentsOf: URL(fileURLWithPath: configuration), setting: assignments)
            prepareLibtorch(threads: place.map { $0.threads(of: settings.threads) } ?? settings.threads)
            cl_keep_freed_memory()
            let group = try place.map { try ProcessGroup($0) }
            do {
                Interruption.catchSignals()
                let folder = RunFolder(URL(fileURLWithPath: settings.output.directory))
                let trainer = try Trainer(
                    settings, resuming: resume || resumeIfBegun && folder.canResume, observer: progress, group: group,
                    looksAtFeatures: place?.localRank ?? 0 == 0)
                if LocalProcesses.isLaunched { trainer.watchLauncher() }
                let end = try trainer.run()
                if isLeader { conclude(trainer, end, settings) }
            } catch {
                progress?.finish()
                group?.leave(because: "\(error)")
                throw error
            }
        }
    }

    /// Tells how a run ended, and calibrates its best model.
    private func conclude(_ trainer: Trainer, _ end: Trainer.End, _ settings: TrainingConfiguration) {
        if end == .earlyStop {
            tell("No better evaluation for \(settings.evaluation.patience ?? 0): stopped early.")
        }
        if let best = trainer.best {
            let value = String(format: "%.2f", best.value)
            tell("Best: epoch \(best.epoch) with \(settings.evaluation.metric) \(value).")
            calibrate(trainer.folder.best)
        }
        print(trainer.folder.checkpoint.path)
    }
}

/// As `reporting`, where several processes may have the same to say: then one of them says it.
private func reporting(from place: DistributedEnvironment?, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch {
        guard let place, isSaidByOthers(error, place), let code = exitCode(for: error) else {
            return try reporting { throw error }
        }
        throw ExitCode(code)
    }
}

private func isSaidByOthers(_ error: any Error, _ place: DistributedEnvironment) -> Bool {
    switch error {
    case let error as RunError: error.meetsAllRanks && place.rank > 0
    // Who started the processes knows best which one was lost.
    case DistributedError.lost(let lost): (LocalProcesses.isLaunched && !lost.entries.isEmpty) || !lost.isSpokesman
    default: false
    }
}

extension DistributedEnvironment {
    /// Threads of one process: its share of those that are asked for, or of the machine's.
    fileprivate func threads(of wanted: Int?) -> Int? {
        // Launchers such as torchrun may have divided them already.
        if wanted == nil, localSize == 1 || ProcessInfo.processInfo.environment["OMP_NUM_THREADS"] != nil { return nil }
        return max(1, (wanted ?? ProcessInfo.processInfo.activeProcessorCount) / localSize)
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
    Libtorch.setTensorFloat32(false)
}
