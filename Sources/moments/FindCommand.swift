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
            From features that exist already:

              moments find "A dog runs." --features slowfast/v1.npz,clip/v1.npz --text qid7.npz --model runs/first

            or for a query of the run's own data set:

              moments find --run runs/first --qid 7

            --annotations with --qid gives sentence, duration and ground truth of a query. Moments are ranked; their \
            scores lie between 0 and 1.
            """)

    @Argument(help: "The sentence; for the reader, where its features are given.")
    var sentence: String?

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

    func validate() throws {
        if top < 1 { throw ValidationError("--top must be at least 1.") }
        if annotations != nil, qid == nil { throw ValidationError("--annotations needs --qid to choose a query.") }
        if folder != nil {
            if qid == nil { throw ValidationError("--run needs --qid to choose a query.") }
            if features != nil || text != nil || model != nil {
                throw ValidationError("--run takes the place of --features, --text and --model.")
            }
        } else if features == nil || text == nil || model == nil {
            throw ValidationError(
                "Give --features, --text and --model, or --run and --qid. Videos themselves cannot be searched yet.")
        }
    }

    func run() throws {
        try reporting {
            let trained = try TrainedModel(at: folder ?? model ?? "")
            let query = try question(for: trained)
            var answer = try query.answer(of: trained.model)
            answer.moments = Array(answer.moments.prefix(top))
            let found = FoundMoments(query: query, answer: answer, trained: trained)
            if let plot { try found.draw(to: URL(fileURLWithPath: plot)) }
            print(json ? found.json : found.text)
        }
    }

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
