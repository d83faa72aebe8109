import Annotations
import ArgumentParser
import Foundation
import Plotting
import Training
import WholeFiles

/// `moments explain`: why models answered a query as they did, on one time axis.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Draw what models make of one query, and why.",
        discussion: """
            One picture or page with the ground truth and every model's moments; of a CDNet also the relevance and the \
            confidence of each clip, the words that each clip looked at, and where the sampled points moved:

              moments explain runs/cdnet runs/moment-detr --qid 2579 --out why.html

            The query is one of the first run's data set, or of --annotations. Each run looks for the query's features \
            where it learned. What the file is follows from its name: .svg or .html.
            """)

    @Argument(help: "Runs' folders, or checkpoints.")
    var runs: [String]

    @Option(help: "The query's identifier in the annotations.")
    var qid: String

    @Option(help: "The split of the first run that has the query: val, test or train.")
    var split = Split.val

    @Option(help: "Annotations that have the query, in place of a split.")
    var annotations: String?

    @Option(help: "How many moments of each model to show.")
    var top = 3

    @Option(help: ArgumentHelp("The picture or page to write.", valueName: "file.svg|file.html"))
    var out: String?

    @Flag(help: "Print every number as one JSON object.")
    var json = false

    func validate() throws {
        if top < 1 { throw ValidationError("--top must be at least 1.") }
        if out == nil, !json { throw ValidationError("Give --out FILE.svg, --out FILE.html or --json.") }
        if let out, !["svg", "html"].contains(URL(fileURLWithPath: out).pathExtension.lowercased()) {
            throw ValidationError("--out \(out): the name must end in .svg or .html.")
        }
    }

    func run() throws {
        try reporting {
            let trained = try runs.map { try TrainedModel(at: $0) }
            let data = trained[0].metadata.configuration.data
            prepareLibtorch(threads: trained[0].metadata.configuration.threads)
            let queries = try annotations.map { try data.annotations($0) } ?? data.annotations(split)
            guard let annotation = queries.first(where: { $0.qid.description == qid }) else {
                throw UsageError(
                    "\(annotations ?? "the \(split.rawValue) split of \(runs[0])") has no query with the qid \(qid)")
            }
            let explained = try QueryExplanation(annotation, of: trained, top: top)
            if let out {
                let url = URL(fileURLWithPath: out)
                let isPage = url.pathExtension.lowercased() == "html"
                do {
                    try Data((isPage ? explained.html : explained.plot.svg()).utf8).writeWhole(to: url)
                } catch {
                    throw RunError.unwritable(folder: url.path, error.localizedDescription)
                }
                tell("wrote \(url.path)")
            }
            if json { print(try explained.json()) }
        }
    }
}
