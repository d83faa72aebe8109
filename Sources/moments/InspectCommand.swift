import ArgumentParser
import Foundation
import TensorFiles

/// `moments inspect`: what lies in a file of arrays.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show the arrays and the other data in a feature file or a checkpoint.",
        discussion: """
            Reads safetensors, .npz, .npy, PyTorch checkpoints (.pt, .pth, .ckpt, .pkl) and HDF5, told by their \
            contents. A checkpoint is parsed as data; nothing in it is run.

            Exits with 66 if the file cannot be read, and with 65 if it is damaged or of no known format.
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Flag(
        help: "Print one JSON object: `format`, `arrays` (name, dtype, shape, bytes, problem), `metadata` (key, value)."
    )
    var json = false

    func run() throws {
        let summary = try reporting { try TensorFile.open(URL(fileURLWithPath: file)).summary() }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(summary), as: UTF8.self))
        } else {
            print(summary)
        }
    }
}
