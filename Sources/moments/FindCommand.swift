import Annotations
import ArgumentParser
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

              moments find holiday.mp4 "A man opens a door." --clip ViT-B-32.pt

            or by a trained model, with the encoders that it learned from:

              moments find holiday.mp4 "A man opens a door." --model runs/first --clip ViT-B-32.pt \
                  --slowfast SLOWFAST_8x8_R50.pkl

            Several sentences cost one encoding, and a video that was asked before costs none.

            From features that exist already:

              moments find "A dog runs." --features slowfast/v1.npz,clip/v1.npz --text qid7.npz --model runs/first

            or for a query of the run's own data set:

              moments find --run runs/first --qid 7

            --annotations with --qid gives sentence, duration and ground truth of a query. Moments are ranked; their \
            scores lie between 0 and 1.
            """)

    @Argument(help: "A video and sentences; with --features one sentence, for the reader.")
    var words: [String] = []

    @Option(help: "Feature files of the video, with commas, in the order in which the model learned them.")
    var features: String?

    @Option(help: "The feature file of the sentence.")
    var text: String?

    @Option(help: "A run's folder, or a checkpoint.")
    var model: String?

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

    @Flag(help: "Print one JSON object in the QVHighlights submission schema, and more beside it.")
    var json = false

    @Option(help: "Draw the timeline as SVG: relevance, saliency, moments, ground truth.")
    var plot: String?

    @OptionGroup var weights: EncoderOptions

    @Option(help: "The least score of a moment, 0 to 1, in a video.")
    var threshold: Double?

    @Option(help: ArgumentHelp("Cut the moments of a video out into this folder.", valueName: "folder"))
    var cut: String?

    @Flag(inversion: .prefixedNo, help: "Keep a video's features for the next question.")
    var cache = true

    private var sentence: String? { words.first }
    private var asksVideo: Bool { folder == nil && features == nil }

    func validate() throws {
        if top < 1 { throw ValidationError("--top must be at least 1.") }
        if annotations != nil, qid == nil { throw ValidationError("--annotations needs --qid to choose a query.") }
        if folder != nil {
            if qid == nil { throw ValidationError("--run needs --qid to choose a query.") }
            if features != nil || text != nil || model != nil {
                throw ValidationError("--run takes the place of --features, --text and --model.")
            }
        } else if features != nil {
            if text == nil || model == nil { throw ValidationError("--features needs --text and --model.") }
            if words.count > 1 { throw ValidationError("--features and --text answer one sentence at a time.") }
        } else if words.count < 2 {
            throw ValidationError("Give a video and a sentence, or --features, --text and --model, or --run and --qid.")
        }
        if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold lies between 0 and 1.") }
        if !asksVideo, threshold != nil || cut != nil {
            throw ValidationError("--threshold and --cut are for videos.")
        }
    }

    func run() throws {
        try reporting {
            if asksVideo { return try askVideo() }
            let trained = try TrainedModel(at: folder ?? model ?? "")
            let query = try question(for: trained)
            var answer = try query.answer(of: trained.model)
            answer.moments = Array(answer.moments.prefix(top))
            let found = FoundMoments(query: query, answer: answer, trained: trained)
            if let plot { try found.draw(to: URL(fileURLWithPath: plot)) }
            print(json ? found.json : found.text)
        }
    }

    /// Encodes a video, or knows it from before, and answers each sentence.
    private func askVideo() throws {
        let video = URL(fileURLWithPath: words[0])
        let question = VideoQuestion(
            video: video, weights: weights, trained: try model.map { try TrainedModel(at: $0) }, usesCache: cache)
        let found = VideoAnswers(
            video: video, answers: try question.answers(to: Array(words.dropFirst())), top: top,
            threshold: threshold ?? Self.standardThreshold)
        if let plot { try found.draw(to: URL(fileURLWithPath: plot)) }
        let files = try cut.map { try found.cut(to: URL(fileURLWithPath: $0)) } ?? []
        print(json ? found.json : found.text)
        for file in files { tell("wrote \(file.path)") }
    }

    /// Half of the scale.
    private static let standardThreshold = 0.5

    private func question(for trained: TrainedModel) throws -> SingleQuery {
        let data = trained.metadata.configuration.data
        if let folder {
            let annotation = try known(in: data.annotations(split), of: folder)
            return try SingleQuery(trained.dataset([annotation]))
        }
        let annotation = try annotations.map { path in
            try known(in: AnnotationSet(contentsOf: URL(fileURLWithPath: path)), of: path)
        }
        let files = (features ?? "").split(separator: ",").map(String.init)
        return try SingleQuery(
            video: files, text: text ?? "", sentence: sentence, annotation: annotation, recipe: trained.metadata.recipe)
    }

    private func known(in set: AnnotationSet, of place: String) throws -> Annotation {
        guard let annotation = set.first(where: { $0.qid.description == qid }) else {
            throw UsageError("\(place) has no query with the qid \(qid ?? "")")
        }
        return annotation
    }
}
