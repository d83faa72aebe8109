import ArgumentParser
import CLinux
import EncoderTraining
import Foundation
import Training

/// `moments train-encoders`: the small world's CLIP and SlowFast.
struct TrainEncodersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-encoders",
        abstract: "Train CLIP and SlowFast on the small world.",
        discussion: """
              moments train-encoders Configurations/world/encoders.yaml
              moments train-encoders Configurations/world/encoders.yaml --resume
              moments find VIDEO "A red star spins." --clip runs/world-encoders/clip \\
                  --slowfast runs/world-encoders/slowfast.safetensors --model …

            The pictures are drawn as they are needed, straight from scenes of the training split. The run's folder gets \
            clip/ and slowfast.safetensors, in the forms in which such encoders are published, metrics.jsonl (a line for \
            each encoder's epoch) and the states to go on from. Ctrl-C saves and stops.

            Exits with 78 for a configuration that cannot be, 73 where the folder holds a run already or cannot be \
            written, 66 where there is nothing to resume, 130 after Ctrl-C.
            """)

    @Argument(help: "The configuration, YAML.")
    var configuration: String

    @Flag(help: "Go on with the run in the configuration's output directory.")
    var resume = false

    @Option(help: "Train clip or slowfast alone.")
    var only: EncoderTrainer.Kind?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change a field, as in clip.learning.epochs=5. May be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    func run() throws {
        try reporting {
            let settings = try EncoderTrainingConfiguration.read(
                URL(fileURLWithPath: configuration), setting: assignments, problems: \.problems)
            prepareLibtorch(threads: settings.threads)
            cl_keep_freed_memory()
            Interruption.catchSignals()
            let line = StatusLine()
            do {
                let trainer = try EncoderTrainer(settings, resuming: resume, report: line.show)
                try trainer.run(only.map { [$0] } ?? EncoderTrainer.Kind.allCases)
                line.clear()
                print(settings.output.directory)
            } catch let error as EncoderTrainingError {
                line.clear()
                tell("\(error)")
                throw ExitCode(error.exitCode)
            }
        }
    }
}

extension EncoderTrainer.Kind: ExpressibleByArgument {}

extension EncoderTrainingError {
    fileprivate var exitCode: Int32 {
        switch self {
        case .exists, .unwritable: EX_CANTCREAT
        case .nothingToResume: EX_NOINPUT
        case .changed: EX_CONFIG
        case .damaged, .notFinite: EX_DATAERR
        case .interrupted(let signal, _): 128 + signal
        }
    }
}

/// Lines on standard error; a passing one is drawn over by the next, and elsewhere than on a terminal shown twice a minute.
private final class StatusLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last = ContinuousClock.now

    func show(_ text: String, _ isPassing: Bool) {
        guard isPassing else {
            clear()
            return tell(text)
        }
        guard last.duration(to: .now) > (isTerminal ? .milliseconds(100) : .seconds(30)) else { return }
        last = .now
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8)) } else { tell(text) }
    }

    func clear() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
