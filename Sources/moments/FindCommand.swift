import Annotations
import ArgumentParser
import Batches
import Datasets
import Finding
import Foundation
import Grounding
import Plotting
import Training

/// `moments find`: the moments of one video that a sentence describes.
struct FindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Find the moments of a video that a sentence describes.",
        discussion: """
            In a video, by CLIP alone:

              moments find holiday.mp4 "A man opens a door." --clip ViT-B-32.pt --plot timeline.png --cut clips

            or by a trained model, with the encoders that it learned from:

              moments find holiday.mp4 "A man opens a door." --model runs/first --clip ViT-B-32.pt \
                  --slowfast SLOWFAST_8x8_R50.pkl

            With no weights named or downloaded, or with --model small-world, the models that come with the package answer; \
            they know drawn things only:

              moments find Samples/NAME.mp4 "A red star spins."

            Several sentences, or --queries FILE with one a line, cost one encoding; a video that was asked before costs \
            none. Ctrl-C leaves no half file behind; the exit code is 130 then.

            From features that exist already:

              moments find "A dog runs." --features slowfast/v1.npz,clip/v1.npz --text qid7.npz --model runs/first

            or for a query of the run's own data set:

              moments find --run runs/first --qid 7

            Without a trained model CLIP alone compares pictures and sentence:

              moments find "A dog runs." --features clip/v1.npz --text qid7.npz --zero-shot

            Videos longer than those of the training are seen through overlapping windows. Several sentences, each with \
            its own --text, are asked of one video in one call; with --json the answers are one object a line.

            --annotations with --qid gives sentence, duration and ground truth of a query, of a video too. Moments are ranked; their \
            scores lie between 0 and 1. A trained model's score is the probability that the moment overlaps an annotated \
            one by an IoU of at least 0.5, by the calibration that training ends with; without one it is marked \
            uncalibrated. CLIP alone scores by a fixed rule of the cosine. With --threshold "no confident moment" is an \
            answer. --json tells the model's own confidence and logit, and what the score means.
            """)

    @Argument(help: "A video and sentences; with --features only sentences, for the reader.")
    var words: [String] = []

    @Option(help: "Feature files of the video, with commas, in the order in which the model learned them.")
    var features: String?

    @Option(help: "The feature file of the sentence; once for each sentence.")
    var text: [String] = []

    @Option(
        help: """
            Sentences in a file, one a line; with --features each with its file: \
            {"query": "A dog runs.", "text": "qid7.npz"}.
            """)
    var queries: String?

    @Option(help: "A run's folder, or a checkpoint, or small-world.")
    var model: String?

    @Flag(help: "Ask CLIP alone, without a trained model; --features names one file, of CLIP.")
    var zeroShot = false

    @Option(help: "Seconds a clip, in a video or with --zero-shot.")
    var clipLength = 2.0

    @Option(
        name: .customLong("run"), help: "A run whose own query is asked; in place of --features, --text and --model.")
    var folder: String?

    @Option(help: "The split of the run's query: val, test or train.")
    var split = Split.val

    @Option(help: "The query's identifier in the annotations.")
    var qid: String?

    @Option(help: "Annotations that know the query.")
    var annotations: String?

    @Option(help: "How many moments to show.")
    var top = 5

    @Option(help: "The least score, 0 to 1, of a confident moment; others are not shown.")
    var threshold: Double?

    @Flag(help: "Print one JSON object in the QVHighlights submission schema, and more beside it.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Draw the timeline to a .svg or .png: relevance, saliency, moments, ground truth, thumbnails of a video.",
            valueName: "file"))
    var plot: String?

    @OptionGroup var weights: EncoderOptions

    @OptionGroup var choice: EncodingOptions

    @Option(help: ArgumentHelp("Cut the moments of a video out into this folder.", valueName: "folder"))
    var cut: String?

    @Flag(inversion: .prefixedNo, help: "Keep a video's features for the next question.")
    var cache = true

    private var sentences: [String] { words }
    private var asksVideo: Bool { folder == nil && features == nil }

    func validate() throws {
        if top < 1 { throw ValidationError("--top must be at least 1.") }
        if let threshold, !(0...1).contains(threshold) {
            throw ValidationError("--threshold must lie between 0 and 1.")
        }
        if !(clipLength > 0 && clipLength.isFinite) { throw ValidationError("--clip-length must be more than 0.") }
        if let plot, !["svg", "png"].contains(URL(fileURLWithPath: plot).pathExtension.lowercased()) {
            throw ValidationError("--plot draws to a .svg or a .png file, not to \(plot).")
        }
        if annotations != nil, qid == nil { throw ValidationError("--annotations needs --qid to choose a query.") }
        if folder != nil {
            if qid == nil { throw ValidationError("--run needs --qid to choose a query.") }
            if features != nil || !text.isEmpty || queries != nil || model != nil || zeroShot {
                throw ValidationError(
                    "--run takes the place of --features, --text, --queries, --model and --zero-shot.")
            }
            return
        }
        if asksVideo {
            if words.isEmpty || !text.isEmpty || (words.count < 2 && queries == nil && annotations == nil) {
                throw ValidationError(
                    "Give a video and a sentence, or --features, --text and --model, or --run and --qid.")
            }
            if annotations != nil, words.count > 1 || queries != nil {
                throw ValidationError("--annotations with --qid takes the place of sentences.")
            }
            if words.count > 1, queries != nil { throw ValidationError("--queries takes the place of sentences.") }
            return
        }
        if cut != nil { throw ValidationError("--cut is for videos.") }
        if model != nil, zeroShot { throw ValidationError("--zero-shot takes the place of --model.") }
        if (text.isEmpty && queries == nil) || (model == nil && !zeroShot) {
            throw ValidationError(
                "--features needs --text and --model, or --text and --zero-shot.")
        }
        if queries != nil, !text.isEmpty || !sentences.isEmpty {
            throw ValidationError("--queries takes the place of sentences and --text.")
        }
        if text.count > 1 || queries != nil, plot != nil || qid != nil {
            throw ValidationError("--plot and --qid are for one sentence.")
        }
    }

    func run() throws {
        try reporting {
            let found = try asksVideo ? inVideo() : folder.map { [try ownQuery(of: $0)] } ?? fromFiles()
            // The answers first: they stay where a drawing or a cut is stopped.
            print(found.map { json ? $0.json : $0.text }.joined(separator: json ? "\n" : "\n\n"))
            fflush(nil)
            if let plot { try draw(found, to: URL(fileURLWithPath: plot)) }
            if let cut {
                let cuts = MomentCuts(video: URL(fileURLWithPath: words[0]), folder: URL(fileURLWithPath: cut))
                try cuts.write(found) { tell("wrote \($0.path)") }
            }
        }
    }

    private func draw(_ found: [FoundMoments], to url: URL) throws {
        let thumbnails =
            try asksVideo
            ? VideoThumbnails(video: URL(fileURLWithPath: words[0]), duration: found[0].annotation.duration).pictures()
            : []
        for (index, found) in found.enumerated() {
            try found.draw(to: Self.numbered(url, index), thumbnails: thumbnails)
        }
    }

    /// Encodes a video, or knows it from before, and answers each sentence.
    private func inVideo() throws -> [FoundMoments] {
        var weights = weights
        let trained = try zeroShot ? nil : weights.model(model)
        weights.tellOfEmbedded()
        let question = VideoQuestion(
            video: URL(fileURLWithPath: words[0]), weights: weights, choice: choice, trained: trained,
            clipLength: clipLength,
            usesCache: cache)
        return try question.answers(to: videoQueries()).map { found in
            var found = found
            found.top = top
            found.threshold = threshold ?? found.threshold
            return found
        }
    }

    /// What is asked of the video: the query of --qid, or the sentences, numbered.
    private func videoQueries() throws -> [Annotation] {
        if let annotations { return [try known(in: annotations)] }
        let sentences =
            try queries.map { try FindSentences(contentsOf: $0, needsFeatures: false) }
            ?? FindSentences(Array(words.dropFirst()))
        let video = URL(fileURLWithPath: words[0]).lastPathComponent
        return sentences.all.compactMap(\.query).enumerated().map {
            Annotation(qid: .number($0), query: $1, vid: video, duration: 0)
        }
    }

    /// `plot.svg` for the first sentence, `plot-2.svg` for the second.
    private static func numbered(_ url: URL, _ index: Int) -> URL {
        if index == 0 { return url }
        let name = "\(url.deletingPathExtension().lastPathComponent)-\(index + 1).\(url.pathExtension)"
        return url.deletingLastPathComponent().appendingPathComponent(name)
    }

    /// A query of the run's own data set, answered as in evaluation.
    private func ownQuery(of folder: String) throws -> FoundMoments {
        let trained = try TrainedModel(at: folder)
        let annotation = try known(in: trained.metadata.configuration.data.annotations(split), of: folder)
        let query = try SingleQuery(trained.dataset([annotation]))
        return FoundMoments(
            annotation: query.annotation, clipLength: query.clipLength, answer: try query.answer(of: trained.model),
            model: trained.file.path, isSimulated: trained.isSimulated,
            scale: ScoreScale(trained.metadata.calibration), top: top, threshold: threshold)
    }

    /// Sentences asked of a video whose features lie in files. The video's are read once.
    private func fromFiles() throws -> [FoundMoments] {
        let sentences =
            try queries.map { try FindSentences(contentsOf: $0, needsFeatures: true) }
            ?? FindSentences(self.sentences, files: text)
        let annotation = try annotations.map(known)
        let files = (features ?? "").split(separator: ",").map(String.init)
        let questions = FindQuestions(files: files, sentences: sentences, annotation: annotation)
        if zeroShot { return try questions.zeroShot(clipLength: clipLength).map(limited) }
        return try questions.answers(of: EncoderOptions.trained(model ?? "")).map(limited)
    }

    private func limited(_ found: FoundMoments) -> FoundMoments {
        var found = found
        found.top = top
        found.threshold = threshold
        return found
    }

    private func known(in file: String) throws -> Annotation {
        try known(in: AnnotationSet(contentsOf: URL(fileURLWithPath: file)), of: file)
    }

    private func known(in set: AnnotationSet, of place: String) throws -> Annotation {
        guard let annotation = set.first(where: { $0.qid.description == qid }) else {
            throw UsageError("\(place) has no query with the qid \(qid ?? "")")
        }
        return annotation
    }
}
