import ArgumentParser
import Batches
import Datasets
import Encoders
import Finding
import Foundation
import Grounding
import Torch
import Training
import VideoLibrary

/// `moments search`: the moments of a whole library that a sentence describes.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find the moments of a library's videos that a sentence describes.",
        discussion: """
              moments search "A man opens a door." --clip ViT-B-32.pt

            Clips that are near to the sentence are looked up among those of all videos; then CLIP alone, or the trained \
            model of --model, says where in these videos the moments are. The weights are those that the library was \
            indexed with.
            """)

    @Argument(help: "The sentence.")
    var sentence: String

    @OptionGroup var place: LibraryOptions
    @OptionGroup var encoding: LibraryEncoderOptions
    @OptionGroup var vectors: VectorDatabaseOptions

    @Option(help: "A run's folder, or a checkpoint.")
    var model: String?

    @Option(help: "How many moments to show.")
    var top = 10

    @Option(help: "Only files whose path holds this text.")
    var path: String?

    @Option(help: ArgumentHelp("Only videos taken up on this day or later.", valueName: "YYYY-MM-DD"))
    var addedAfter: String?

    @Option(help: "Only videos of at least this many seconds.")
    var longerThan = 0.0

    @Option(help: "Only videos of at most this many seconds.")
    var shorterThan = Double.greatestFiniteMagnitude

    @Option(
        help: """
            How near clips are found: automatic (by the vector database of --vectors, if there is one), exact (all are \
            compared) or approximate (by the index).
            """)
    var candidates = CandidateChoice.automatic

    @Flag(help: "Show the moments of each video together.")
    var byVideo = false

    @Flag(help: "Print one JSON object a moment.")
    var json = false

    func validate() throws {
        if top < 1 { throw ValidationError("--top must be at least 1.") }
        if sentence.allSatisfy(\.isWhitespace) { throw ValidationError("The sentence is empty.") }
        if longerThan > shorterThan { throw ValidationError("--longer-than is more than --shorter-than.") }
    }

    func run() throws {
        try reporting {
            let library = try vectors.library(at: place.url)
            var encoding = encoding
            let trained = try encoding.weights.model(model)
            let encoder = try encoding.loaded()
            let text = try encoder.clip.encode(
                sentences: [sentence], maxTokens: trained?.metadata.recipe.maxWords ?? 32)[0]
            try trained?.checkWords(of: encoder.clip)
            let hits = try library.search(
                vector: text.pooled.doubles().map { Float($0) }, space: encoder.space,
                grounder: try grounder(trained, text), filter: try filter(), choice: candidates,
                count: top)
            try show(hits, trained.map { ScoreScale($0.metadata.calibration) } ?? .fixedRule)
        }
    }

    private func grounder(_ trained: TrainedModel?, _ text: CLIP.EncodedSentence) throws -> any StretchGrounder {
        guard let trained else { return ZeroShotGrounder(sentence: text.pooled, component: "clip") }
        let recipe = trained.metadata.recipe
        return ModelGrounder(
            Finder(trained.model, recipe: recipe),
            sentence: try SentenceInput(
                encoded: text.words, pooled: text.pooled, id: "search", text: sentence, recipe: recipe))
    }

    private func filter() throws -> LibraryFilter {
        var filter = LibraryFilter()
        filter.path = path
        if longerThan > 0 || shorterThan < .greatestFiniteMagnitude { filter.duration = longerThan...shorterThan }
        if let addedAfter {
            guard let date = try? Date(addedAfter, strategy: .iso8601.year().month().day()) else {
                throw UsageError("--added-after \(addedAfter): give a day as YYYY-MM-DD")
            }
            filter.addedAfter = date
        }
        return filter
    }

    private func show(_ hits: [LibraryHit], _ scale: ScoreScale) throws {
        if json {
            for hit in hits { print(try hit.json(scale)) }
            return
        }
        if hits.isEmpty { print("No moment found.") }
        var order: [String] = []
        for hit in hits where !order.contains(hit.video) { order.append(hit.video) }
        let shown = byVideo ? order.flatMap { video in hits.filter { $0.video == video } } : hits
        var last: String?
        for (rank, hit) in shown.enumerated() {
            if byVideo, hit.video != last { print(hit.paths[0]) }
            last = hit.video
            let span = [hit.moment.span.start, hit.moment.span.end].map(FoundMoments.clock).joined(separator: " – ")
            let score = String(format: "%.2f", scale.score(hit.moment))
            print(byVideo ? "    \(span)  \(score)" : "\(rank + 1)  \(span)  \(score)  \(hit.paths[0])")
        }
    }
}

extension CandidateChoice: ExpressibleByArgument {}

extension LibraryHit {
    /// One line. A trained model's own confidence stands beside the score, as `moments find` has it.
    fileprivate func json(_ scale: ScoreScale) throws -> String {
        struct Object: Encodable {
            let path, video: String
            let paths: [String]
            let start, end, score, cosine, duration: Double
            let confidence, logit: Double?
        }
        let object = Object(
            path: paths[0], video: video, paths: paths, start: moment.span.start, end: moment.span.end,
            score: scale.score(moment), cosine: cosine, duration: duration,
            confidence: scale.isFixedRule ? nil : moment.score, logit: moment.logit)
        return try jsonLine(object)
    }
}
