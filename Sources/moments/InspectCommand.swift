import ArgumentParser
import Datasets
import Foundation
import TensorFiles
import Training

/// `moments inspect`: what lies in a file of arrays or in a pack.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what lies in a feature file, a pack or a checkpoint.",
        discussion: """
            Reads safetensors, .npz, .npy, PyTorch checkpoints (.pt, .pth, .ckpt, .pkl), HDF5 and the packs of `moments \
            pack`, told by their contents. A checkpoint is parsed as data; nothing in it is run. The models of this project, and published \
            ones that convert knows, are called by their names.

            Exits with 66 if the file cannot be read, and with 65 if it is damaged or of no known format.
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Flag(
        help: """
            Print one JSON object: `format`, `arrays` (name, dtype, shape, bytes, problem), `metadata` (key, value), and \
            for a model `model` (name, runs); of a pack `format`, `storage`, `videos`, `clips`, `sentences`, `words`, \
            `bytes` and `recipe`, what the features are.
            """
    )
    var json = false

    func run() throws {
        try reporting {
            let url = URL(fileURLWithPath: file)
            if PackedFeatures.isPack(url) {
                try show(try PackedFeatures(contentsOf: url).summary)
            } else {
                let contents = try TensorFile.open(url)
                try show(Inspected(summary: try contents.summary(), model: InspectedModel(contents, url)))
            }
        }
    }

    private func show(_ found: some Encodable & CustomStringConvertible) throws {
        guard json else { return print(found) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(found), as: UTF8.self))
    }
}

/// What lies in a file, and the model that it is.
private struct Inspected: Encodable, CustomStringConvertible {
    let summary: TensorFileSummary
    let model: InspectedModel?

    enum CodingKeys: String, CodingKey { case model }

    var description: String { (model.map { "\($0)\n" } ?? "") + "\(summary)" }

    func encode(to encoder: any Encoder) throws {
        try summary.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(model, forKey: .model)
    }
}

/// The model in a checkpoint, of ours or published.
private struct InspectedModel: Encodable, CustomStringConvertible {
    /// Its name: `QD-DETR`, or the key in a configuration, `qdDETR`.
    let name: String
    /// Whether commands run it as it is; else `moments convert` makes it so.
    let runs: Bool

    init?(_ file: TensorFile, _ url: URL) {
        if let checkpoint = try? Checkpoint(contentsOf: url) {
            name = checkpoint.metadata.configuration.model.name
            runs = true
        } else if let kind = PublishedModel.kind(of: file) {
            name = kind.rawValue
            runs = false
        } else {
            return nil
        }
    }

    var description: String {
        runs
            ? "A checkpoint of Moments: \(name)"
            : "A published checkpoint of \(name): `moments convert` makes one of it that runs here"
    }
}
