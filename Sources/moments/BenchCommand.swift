import ArgumentParser
import Benchmarks
import CLinux
import Foundation
import Torch
import Training

/// `moments bench`: how fast this machine does what matters.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast this machine trains, answers, loads, scores and starts.",
        discussion: """
            Every repetition stands between two products of 2048 × 2048 matrices and is compared with just these, so \
            that figures of different machines, and of a busy one, can be compared (× sgemm). "of its rate" is the \
            share of the product's floating-point rate. Nothing is needed but the program itself.

            Benchmarks:
            \(suites.map { "  \($0.name.padding(toLength: 15, withPad: " ", startingAt: 0))\($0.summary)" }
                .joined(separator: "\n"))
            """)

    private static var suites: [any BenchmarkSuite.Type] {
        Benchmarks.all(coldStart: ownProcess(threads: nil)).map { type(of: $0) }
    }

    @Argument(help: "The benchmarks to run; all that are not long without one.")
    var names: [String] = []

    @Option(help: "Measure only what has this in its name, such as Moment-DETR.")
    var subject: String?

    @Option(help: "Threads that one operation may use; libtorch's own choice without.")
    var threads: Int?

    @Option(help: "Where models train and answer: cpu, cuda, cuda:1, or best for a GPU where there is one.")
    var device = "cpu"

    @Option(help: "Arithmetic of training-step: single, tensorFloat32, bfloat16 or float16.")
    var precision = OptimisationConfiguration.Precision.single

    @Option(help: "Seconds for all measurements together. More for a machine that is busy.")
    var seconds: Double = 100

    @Option(
        parsing: .upToNextOption,
        help:
            "Sizes of libraries for `library`, in clips: 10000 100000 1000000 without. Ten million take 11 GB of disk.")
    var clips = LibraryBenchmark.Libraries().sizes

    @Option(
        help: ArgumentHelp(
            "Where `library` keeps vectors and indexes, which the next call takes as they are; a temporary folder without.",
            valueName: "folder"))
    var keep: String?

    @Flag(help: "Print one JSON object: `machine` and `results`.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Another build of the program: both measure in turns, and the table says how many times as fast this one is.",
            valueName: "program"))
    var against: String?

    @Option(help: "How often both measure, with --against.")
    var rounds = 3

    @Option(help: "Add a line to this file: the ratios to the product, the machine and the day.")
    var history: String?

    @Option(help: "What the history calls what was measured, such as a revision.")
    var label = momentsVersion

    @Option(help: .hidden)
    var answerOnce: String?

    func validate() throws {
        let known = Self.suites.map { $0.name }
        for name in names where !known.contains(name) {
            throw ValidationError("there is no benchmark \(name); there are \(known.joined(separator: ", "))")
        }
        guard Device(named: device) != nil else {
            throw ValidationError("--device \(device): expected cpu, cuda, cuda:1 or best.")
        }
        guard threads ?? 1 > 0 else { throw ValidationError("--threads must be at least 1.") }
        guard clips.allSatisfy({ $0 >= 1000 }) else { throw ValidationError("--clips must be at least 1000.") }
        guard seconds >= 0 else { throw ValidationError("--seconds must not be negative.") }
        guard rounds > 0 else { throw ValidationError("--rounds must be at least 1.") }
        guard against == nil || !json && history == nil else {
            throw ValidationError("--against prints a table of ratios: leave --json and --history out.")
        }
        if let history {
            let folder = URL(fileURLWithPath: history).deletingLastPathComponent().path
            guard FileManager.default.isWritableFile(atPath: folder) else {
                throw ValidationError("--history \(history): nothing can be written in \(folder).")
            }
        }
        if let against, !FileManager.default.isExecutableFile(atPath: against) {
            throw ValidationError("--against \(against): there is no such program.")
        }
    }

    func run() throws {
        if let threads { Libtorch.setThreadCount(threads) }
        if let answerOnce { return try ColdStartBenchmark.answerOnce(weights: URL(fileURLWithPath: answerOnce)) }
        if let against { return try reporting { try compare(with: URL(fileURLWithPath: against)) } }
        // As `moments train` does.
        if names.isEmpty || names.contains(TrainingStepBenchmark.name) { cl_keep_freed_memory() }
        let device = Device(named: device) ?? .cpu
        Libtorch.setTensorFloat32(precision == .tensorFloat32)
        let machine = BenchmarkReport.Machine.current
        if !json {
            print(BenchmarkTable.header(machine), BenchmarkTable.columns, separator: "\n")
            fflush(nil)
        }
        var measurements: [Timing] = []
        let chosen = Benchmarks.all(
            coldStart: Self.ownProcess(threads: threads),
            libraries: .init(sizes: clips, folder: keep.map { URL(fileURLWithPath: $0) }), device: device,
            precision: precision
        )
        .filter { names.isEmpty ? !type(of: $0).takesLong : names.contains(type(of: $0).name) }
        // One subject alone is at most one measurement of each suite.
        let count = chosen.reduce(0) { $0 + (subject == nil ? $1.measurementCount : 1) }
        let stopwatch = Stopwatch(
            sharing: TimeBudget(seconds: seconds, measurements: count), subject: subject,
            product: MatrixProduct(device: device))
        try reporting {
            for suite in chosen {
                let name = type(of: suite).name
                if json { tell("\(name) …") } else { print("\n\(name): \(type(of: suite).summary)") }
                try suite.run(stopwatch) { measurement in
                    measurements.append(measurement)
                    guard !json else { return }
                    print(BenchmarkTable.line(measurement))
                    // Seen at once also where standard output is a file.
                    fflush(nil)
                }
            }
        }
        if json { print(try BenchmarkReport(machine: machine, measurements: measurements).json) }
        if let history {
            try BenchmarkHistoryLine(label: label, machine: machine, measurements: measurements)
                .append(to: URL(fileURLWithPath: history))
        }
    }

    /// Lets this build and another one measure the same in turns, so that both meet the same machine.
    private func compare(with other: URL) throws {
        var arguments = names + ["--seconds", "\(seconds / Double(2 * rounds))"]
        if let subject { arguments += ["--subject", subject] }
        if let threads { arguments += ["--threads", "\(threads)"] }
        // An older build may not know the options.
        if clips != LibraryBenchmark.Libraries().sizes { arguments += ["--clips"] + clips.map(String.init) }
        if let keep { arguments += ["--keep", keep] }
        let programs = [Self.program, other].map { BenchmarkProgram($0, arguments: arguments) }
        let measured = try (1...rounds).map { round in
            tell("round \(round) of \(rounds)")
            return (own: try programs[0].measure(), other: try programs[1].measure())
        }
        print(BenchmarkTable.header(.current), RevisionComparison(measured).table, separator: "\n")
    }

    private static var program: URL { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath() }

    private static func ownProcess(threads: Int?) -> ColdStartBenchmark.Command {
        ColdStartBenchmark.Command(
            program: program,
            arguments: ["bench"] + (threads.map { ["--threads", "\($0)"] } ?? []) + ["--answer-once"])
    }
}

extension OptimisationConfiguration.Precision: ExpressibleByArgument {}
