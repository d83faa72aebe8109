import Annotations
import ArgumentParser
import Datasets
import Foundation
import Training

/// `moments pack`: features of annotations into one file.
struct PackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Pack features into one memory-mapped file, ready for batches.",
        discussion: """
            Video features are L2-normalised each kind on its own, concatenated in the order given, cut to the shortest \
            and to the most clips, and get the temporal endpoints. A folder holds a file a video ({vid}.npz, .npy, \
            .safetensors, .h5) and a file a query (qid{qid}.npz); a single file holds an array for each.

              moments pack train.jsonl val.jsonl --video slowfast_features clip_features \\
                  --text clip_text_features --out qvhighlights.pack

            The pack appears when it is complete. Ctrl-C stops; the same command then goes on where it stopped, also \
            after a crash or kill -9. The exit code is 65 for bad features, 66 for missing files, 130 after Ctrl-C.
            """)

    @OptionGroup var files: AnnotationArguments

    @OptionGroup var features: FeatureOptions

    @Option(help: "The pack to write.")
    var out: String

    @Flag(help: "Store half precision: half the size, about three digits.")
    var half = false

    @Flag(help: "Leave out queries with bad features and list them; else the first one stops the work.")
    var leaveOutBad = false

    @Flag(help: "Print what was done as JSON.")
    var json = false

    func run() async throws {
        try reporting(pack)
    }

    private func pack() throws {
        Interruption.catchSignals()
        let rows = try files.annotations.flatMap { try files.load($0).annotations }
        let features = try features.open(rows)
        let packer = FeaturePacker(features, storage: half ? .float16 : .float32, leavesOutBad: leaveOutBad)
        let progress = WorkProgress("packing", unit: "queries")
        let summary: FeaturePacker.Summary
        do {
            defer { progress.clear() }
            summary = try packer.pack(
                rows, to: URL(fileURLWithPath: out), isCancelled: { Interruption.pending != nil },
                progress: progress.show)
        } catch let error as FeaturePacker.Cancelled {
            throw Interrupted("\(error.done) of \(error.all) queries are packed; the same command goes on from there")
        }
        if summary.takenOver > 0 {
            tell("went on from \(summary.takenOver) videos and sentences that were packed before")
        }
        for problem in summary.problems { tell("left out: \(problem)") }
        report(summary, features.recipe)
    }

    private func report(_ summary: FeaturePacker.Summary, _ recipe: FeatureRecipe) {
        if json {
            print(
                "{\"videos\": \(summary.videos), \"queries\": \(summary.texts), \"bytes\": \(summary.bytes), "
                    + "\"left_out\": \(summary.problems.count), \"simulated\": \(recipe.simulated)}")
            return
        }
        let size = ByteCountFormatStyle().format(Int64(summary.bytes))
        let mark = recipe.simulated ? ", simulated features" : ""
        let kinds = recipe.video.map { "\($0.name) \($0.width)" }.joined(separator: " + ")
        print("\(out): \(summary.videos) videos (\(kinds)), \(summary.texts) queries, \(size)\(mark)")
    }
}
