import Annotations
import ArgumentParser
import Datasets
import Foundation
import Training

/// `moments simulate`: features in the published layout from annotations alone.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Write simulated features for annotations, in the layout of the published ones.",
        discussion: """
            For trying out training and comparing models where the real features are not at hand. What comes of them \
            is never a result on the data set. Give all splits in one call: words are weighted over all of them. The \
            same seed and annotations give the same bytes. An interrupted call goes on where it stopped.

            Exits with 65 for bad annotations, 66 where a file is missing, 73 where the folder holds other features, 130 \
            after Ctrl-C.
            """)

    @Argument(help: "Annotation files, all splits together.", completion: .file())
    var annotations: [String]

    @Option(help: "The folder to write to.", completion: .directory)
    var out: String

    @Option(help: "Draws the videos; words and encoders are the same for every seed.")
    var seed: UInt64 = 0

    @Option(help: "Seconds a clip.")
    var clipLength: Double = 2

    @Option(help: "float32 (as published) or float16 (half the disk).")
    var precision: SimulationWriter.Precision = .float32

    func run() async throws {
        guard clipLength > 0 else { throw ValidationError("--clip-length must be above 0 seconds.") }
        try reporting(simulate)
    }

    private func simulate() throws {
        Interruption.catchSignals()
        let sets = try annotations.map { path in
            try AnnotationSet(
                contentsOf: URL(fileURLWithPath: path), options: AnnotationOptions(clipLength: clipLength))
        }
        let simulator = FeatureSimulator(sets.flatMap(\.annotations), seed: seed, clipLength: clipLength)
        let writer = SimulationWriter(simulator, to: URL(fileURLWithPath: out), precision: precision)
        let progress = WorkProgress("simulating", unit: "files")
        defer { progress.clear() }
        let isComplete = try writer.write { done, all in
            progress.show(done, all)
            return Interruption.pending == nil
        }
        progress.clear()
        guard isComplete else { throw Interrupted("the same command goes on from there") }
        print(
            "Simulated features of \(simulator.videos.count) videos and \(simulator.annotations.count) queries in \(out)"
        )
    }
}

extension SimulationWriter.Precision: ExpressibleByArgument {}
