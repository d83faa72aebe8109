import ArgumentParser
import Foundation
import TensorFiles
import Training

/// `moments inspect`: what lies in a file of arrays.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show the arrays and the other data in a feature file or a checkpoint.",
        discussion: """
            Reads safetensors, .npz, .npy, PyTorch checkpoints (.pt, .pth, .ckpt, .pkl) and HDF5, told by their \
            contents. A checkpoint is parsed as data; nothing in it is run. The models of this project, and published \
            ones that convert knows, are called by their names.

            Exits with 66 if the file cannot be read, and with 65 if it is damaged or of no known format.
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Flag(
        help: """
            Print one JSON object: `format`, `arrays` (name, dtype, shape, bytes, problem), `metadata` (key, value), and \
            for a model `model` (name, runs).
            """
    )
    var json = false

    func run() throws {
        try reporting {
            let url = URL(fileURLWithPath: file)
            let contents = try TensorFile.open(url)
            let inspected = Inspected(summary: try contents.summary(), model: InspectedModel(contents, url))
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                print(String(decoding: try encoder.encode(inspected), as: UTF8.self))
            } else {
                print(inspected.model.map { "\($0)\n" } ?? "", inspected.summary, separator: "")
            }
        }
    }
}

/// What lies in a file, and the model that it is.
private struct Inspected: Encodable {
    let summary: TensorFileSummary
    let model: InspectedModel?

    enum CodingKeys: String, CodingKey { case model }

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
