import Annotations
import ArgumentParser
import Datasets
import Foundation
import Synchronization
import TensorFiles

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

            The pack appears when it is complete. The exit code is 65 for bad features and 66 for missing files.
            """)

    @Argument(help: "Annotations, in any of the published forms.")
    var annotations: [String]

    @Option(parsing: .upToNextOption, help: "Folders or files of video features, in the order of concatenation.")
    var video: [String]

    @Option(help: "The folder or file of text features.")
    var text: String

    @Option(help: "The pack to write.")
    var out: String

    @Option(help: "Names of a video's file or array, with {vid} and {qid}.")
    var videoPattern: String?

    @Option(help: "Names of a query's file or array, with {vid} and {qid}.")
    var textPattern: String?

    @Option(help: "Seconds a clip.")
    var clipLength = 2.0

    @Option(help: "The most clips of a video; 0 for no limit.")
    var maxClips = 75

    @Option(help: "The most words of a sentence; 0 for no limit.")
    var maxWords = 32

    @Flag(help: "Sample videos with more clips over their whole length; else they are cut.")
    var sampleLong = false

    @Flag(inversion: .prefixedNo, help: "Add where a clip begins and ends as two columns.")
    var endpoints = true

    @Flag(inversion: .prefixedNo, help: "L2-normalise each kind of features.")
    var normalise = true

    @Flag(help: "Store half precision: half the size, about three digits.")
    var half = false

    @Flag(help: "Leave out queries with bad features and list them; else the first one stops the work.")
    var leaveOutBad = false

    @Option(help: "The table of durations, CSV; only for the text form of Charades-STA.")
    var durations: String?

    @Flag(help: "Print what was done as JSON.")
    var json = false

    func run() async throws {
        do {
            try pack()
        } catch let error as AnnotationFileError {
            Self.tell("\(error)")
            if case .notFound = error { throw ExitCode(EX_NOINPUT) }
            throw ExitCode(EX_DATAERR)
        } catch let error as FeatureError {
            Self.tell("\(error)")
            if case .missing = error.problem { throw ExitCode(EX_NOINPUT) }
            throw ExitCode(EX_DATAERR)
        } catch let error as FeatureSetupError {
            Self.tell("\(error)")
            throw ExitCode(EX_NOINPUT)
        } catch let error as TensorFileError {
            Self.tell("\(error)")
            throw ExitCode(EX_DATAERR)
        } catch let error as HalfOverflow {
            Self.tell("\(error)")
            throw ExitCode(EX_DATAERR)
        } catch let error as FeaturePacker.Cancelled {
            Self.tell("\(error)")
            throw ExitCode(130)
        }
    }

    private func pack() throws {
        let options = AnnotationOptions(durations: durations.map { URL(fileURLWithPath: $0) })
        let rows = try annotations.flatMap {
            try AnnotationSet(contentsOf: URL(fileURLWithPath: $0), options: options).annotations
        }
        let settings = FeatureSettings(
            clipLength: clipLength, maxClips: maxClips > 0 ? maxClips : nil,
            longVideos: sampleLong ? .sample : .cut, temporalEndpoints: endpoints, normalised: normalise,
            maxWords: maxWords > 0 ? maxWords : nil, verifiesChecksums: true)
        let features = try FeatureFiles(
            video: video.map { FeatureSource($0, pattern: videoPattern) },
            text: FeatureSource(text, pattern: textPattern), settings: settings, annotations: rows)
        let packer = FeaturePacker(features, storage: half ? .float16 : .float32, leavesOutBad: leaveOutBad)
        let interrupt = Interrupt()
        let isTerminal = isatty(STDERR_FILENO) == 1
        let summary = try packer.pack(rows, to: URL(fileURLWithPath: out), isCancelled: { interrupt.wasAsked }) {
            if isTerminal || $0 == $1 {
                Self.tell("\(isTerminal ? "\r" : "")packed \($0) of \($1) queries", end: $0 == $1)
            }
        }
        for problem in summary.problems { Self.tell("left out: \(problem)") }
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

    private static func tell(_ text: String, end: Bool = true) {
        FileHandle.standardError.write(Data((text + (end ? "\n" : "")).utf8))
    }
}

/// Hears Ctrl-C as a wish, so that a half-written file goes away.
private final class Interrupt: Sendable {
    private let asked = Atomic(false)
    private nonisolated(unsafe) let source: any DispatchSourceSignal

    init() {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: DispatchQueue(label: "moments.interrupt"))
        source.setEventHandler { [weak self] in self?.asked.store(true, ordering: .relaxed) }
        source.resume()
    }

    deinit {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }

    var wasAsked: Bool { asked.load(ordering: .relaxed) }
}
