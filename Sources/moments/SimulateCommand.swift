import Annotations
import ArgumentParser
import Datasets
import Foundation

/// `moments simulate`: features in the published layout from annotations alone.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Write simulated features for annotations, in the layout of the published ones.",
        discussion: """
            For trying out training and comparing models where the real features are not at hand. What comes of them \
            is never a result on the data set. Give all splits in one call: words are weighted over all of them. The \
            same seed and annotations give the same bytes. An interrupted call goes on where it stopped.
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
        let sets = try annotations.map { path in
            try AnnotationSet(
                contentsOf: URL(fileURLWithPath: path), options: AnnotationOptions(clipLength: clipLength))
        }
        let simulator = FeatureSimulator(sets.flatMap(\.annotations), seed: seed, clipLength: clipLength)
        let writer = SimulationWriter(simulator, to: URL(fileURLWithPath: out), precision: precision)
        var lastShown = Date.distantPast
        _ = try writer.write { done, total in
            if done == total || Date().timeIntervalSince(lastShown) > 0.5 {
                lastShown = Date()
                FileHandle.standardError.write(Data("\rsimulated features: \(done) of \(total) files".utf8))
            }
            return true
        }
        FileHandle.standardError.write(Data("\n".utf8))
        print(
            "Simulated features of \(simulator.videos.count) videos and \(simulator.annotations.count) queries in \(out)"
        )
    }
}

extension SimulationWriter.Precision: ExpressibleByArgument {}
