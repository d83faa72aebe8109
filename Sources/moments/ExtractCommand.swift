import Annotations
import ArgumentParser
import Encoders
import Foundation
import Media
import TensorFiles
import Torch
import Training

/// `moments extract`: features of videos, in the layout in which features are published.
struct ExtractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Encode videos and sentences to feature files.",
        discussion: """
            Every video gets a file for each encoder, named as the video:

              moments extract *.mp4 --encoder clip,slowfast --clip ViT-B-32.pt --slowfast SLOWFAST_8x8_R50.pkl \\
                  --out features

              features/clip_features/NAME.npz       features: clips × 512, half precision
              features/slowfast_features/NAME.npz   features: clips × 2304
              features/recipe.json                  what made them

            The sentences of annotations become files of CLIP's words, named by their queries:

              moments extract --sentences train.jsonl --sentences val.jsonl --clip ViT-B-32.pt --out features

              features/clip_text_features/qid7.npz  last_hidden_state: tokens × 512, pooler_output: 512

            What is there already is not made again, so that an interrupted call goes on; Ctrl-C leaves whole files only, \
            and the exit code is 130 then. A video that cannot be read is \
            reported and the others go on; the exit code is 65 then.
            """)

    @Argument(help: "Videos.")
    var videos: [String] = []

    @Option(help: ArgumentHelp("Annotations whose sentences are encoded, too; may be repeated.", valueName: "file"))
    var sentences: [String] = []

    @Option(help: "clip, slowfast, or both with a comma.")
    var encoder = "clip"

    @OptionGroup var weights: EncoderOptions

    @OptionGroup var choice: EncodingOptions

    @Option(help: "Seconds a clip.")
    var clipLength = 2.0

    @Option(help: "The folder to write to.")
    var out: String

    @Flag(help: "Print a JSON object for each video.")
    var json = false

    func validate() throws {
        if videos.isEmpty, sentences.isEmpty { throw ValidationError("Give videos, or --sentences, or both.") }
    }

    func run() throws {
        try reporting {
            try requireDistinctNames()
            let kinds = try EncoderOptions.kinds(encoder)
            Interruption.catchSignals()
            defer { Interruption.releaseSignals() }
            if !sentences.isEmpty { try extractSentences() }
            guard !videos.isEmpty else { return }
            let encoder = try weights.encoder(kinds, clipLength: clipLength, choice)
            let writer = ExtractedFeatures(folder: URL(fileURLWithPath: out), kinds: kinds, encoder: encoder)
            try writer.prepare()
            try extractVideos(writer)
        }
    }

    private func extractSentences() throws {
        weights.tellOfEmbedded()
        let writer = ExtractedSentences(
            folder: URL(fileURLWithPath: out), clip: try weights.loadedCLIP(), clipLength: clipLength)
        for (index, path) in sentences.enumerated() {
            let annotations = try AnnotationSet(contentsOf: URL(fileURLWithPath: path))
            let progress = ExtractionProgress(
                name: URL(fileURLWithPath: path).lastPathComponent, index: index, count: sentences.count)
            defer { progress.clear() }
            do {
                let made = try writer.write(annotations) { progress.show(Double($0), Double(annotations.count)) }
                progress.clear()
                print("\(path): \(made) sentences encoded, \(annotations.count - made) there already")
            } catch is CancellationError {
                throw Interrupted("\(path) is not encoded to its end; the same call goes on with the rest")
            }
        }
    }

    private func extractVideos(_ writer: ExtractedFeatures) throws {
        var failures = 0
        for (index, video) in videos.enumerated() {
            let url = URL(fileURLWithPath: video)
            let progress = ExtractionProgress(name: url.lastPathComponent, index: index, count: videos.count)
            defer { progress.clear() }
            do {
                let outcome = try writer.write(url, progress: progress.show)
                progress.clear()
                report(video, outcome)
            } catch let error as MediaError {
                progress.clear()
                tell("\(error)")
                failures += 1
            } catch is CancellationError {
                throw Interrupted(
                    "\(index - failures) of \(videos.count) videos are encoded to \(out); the same call goes on with the "
                        + "rest")
            }
        }
        guard failures == 0 else {
            tell("\(failures) of \(videos.count) videos could not be encoded")
            throw ExitCode(EX_DATAERR)
        }
    }

    private func requireDistinctNames() throws {
        var seen: [String: String] = [:]
        for video in videos {
            let name = URL(fileURLWithPath: video).deletingPathExtension().lastPathComponent
            if let other = seen.updateValue(video, forKey: name) {
                throw UsageError(
                    "\(other) and \(video) would both become \(name).npz; extract them to different folders")
            }
        }
    }

    private func report(_ video: String, _ outcome: ExtractedFeatures.Outcome) {
        switch outcome {
        case .present:
            print(json ? "{\"video\": \(quoted(video)), \"done\": false}" : "\(video): there already")
        case .written(let clips, let duration, let gaps):
            let missing = gaps.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
            if json {
                let counts = clips.map { "\(quoted($0.name)): \($0.count)" }.joined(separator: ", ")
                print(
                    "{\"video\": \(quoted(video)), \"done\": true, \"duration\": \(duration), \"clips\": {\(counts)}, "
                        + "\"gap_seconds\": \(missing)}")
            } else {
                let counts = clips.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
                let note = gaps.isEmpty ? "" : "; \(String(format: "%.1f", missing)) s could not be decoded"
                print("\(video): \(String(format: "%.1f", duration)) s, clips: \(counts)\(note)")
            }
        }
    }

    private func quoted(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }
}

/// A line on the terminal that says how far a video is.
struct ExtractionProgress {
    let name: String
    let index: Int
    let count: Int
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(name: String, index: Int, count: Int) {
        self.name = name
        self.index = index
        self.count = count
    }

    /// False after Ctrl-C.
    func show(_ done: Double, _ total: Double?) -> Bool {
        guard Interruption.pending == nil else { return false }
        guard isTerminal else { return true }
        let share = total.map { " \(Int((100 * done / max($0, 0.1)).rounded())) %" } ?? " \(Int(done)) s"
        let place = count > 1 ? "\(index + 1) of \(count): " : ""
        FileHandle.standardError.write(Data("\r\u{1B}[K\(place)\(name)\(share)".utf8))
        return true
    }

    func clear() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
