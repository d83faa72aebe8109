import Foundation
import Grounding
import Torch

/// A process from its start to its first answer: libraries, weights from a file, one query.
public struct ColdStartBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "cold-start"
    /// One line on what it does.
    public static let summary = "a new process from its start to its first answer, weights read from a file"

    /// How a process that answers one query is started.
    public struct Command: Sendable {
        /// The program.
        public var program: URL
        /// What comes before the path of the weights.
        public var arguments: [String]

        /// Describes a process.
        public init(program: URL, arguments: [String]) {
            self.program = program
            self.arguments = arguments
        }
    }

    /// Why a process gave no answer.
    public struct Failure: Error, CustomStringConvertible {
        /// The program and its exit status.
        public let description: String
    }

    private let command: Command

    /// Makes the benchmark.
    public init(_ command: Command) { self.command = command }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        guard stopwatch.wants("Moment-DETR") else { return }
        try ScratchFolder.with { folder in
            let weights = folder.appendingPathComponent("weights.safetensors")
            try MomentDETR(Self.configuration, seed: 1).store.save(to: weights)
            report(
                try stopwatch.measure(
                    Self.name, "Moment-DETR",
                    detail: "hidden 256, weights of 19 MB, 75 clips, 16 words",
                    warmUp: 1, mostRepetitions: 20
                ) {
                    try start(weights)
                    return []
                })
        }
    }

    /// What the new process does: makes the model, reads its weights and answers one query.
    ///
    /// - Throws: what reading the weights throws.
    public static func answerOnce(weights: URL) throws {
        let model = try MomentDETR(configuration, seed: 1)
        try model.store.load(contentsOf: weights)
        _ = model.ground(SyntheticBatch.make(1, clips: 75, words: 16, ragged: false))
    }

    private static let configuration = MomentDETRConfiguration(
        videoWidth: SyntheticBatch.videoWidth, textWidth: SyntheticBatch.textWidth)

    private func start(_ weights: URL) throws {
        let process = Process()
        process.executableURL = command.program
        process.arguments = command.arguments + [weights.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(command.program.path) stopped with \(process.terminationStatus)")
        }
    }
}
