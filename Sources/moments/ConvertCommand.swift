import ArgumentParser
import Foundation
import TensorFiles

/// `moments convert`: a checkpoint's weights, or any file's arrays, as safetensors.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a checkpoint's weights as safetensors.",
        discussion: """
            Of a PyTorch checkpoint the model's state dictionary is written, found under the usual keys (state_dict, \
            model, …) or given with --key; --all writes every tensor, also an optimiser's, under its path. Of other \
            files all arrays are written. Names, types and numbers stay as they are.

            Exits with 66 if the checkpoint cannot be read, with 65 if it is damaged, unsafe or holds no such \
            dictionary, and with 73 if the result cannot be written.
            """)

    @Argument(help: "The checkpoint.", completion: .file())
    var checkpoint: String

    @Option(help: "The safetensors file to write.", completion: .file(extensions: ["safetensors"]))
    var to: String

    @Option(help: "Where in the checkpoint the state dictionary is: keys joined with slashes, such as `ema/model`.")
    var key: String?

    @Flag(help: "Write every tensor of the checkpoint.")
    var all = false

    func validate() throws {
        guard to.lowercased().hasSuffix(".safetensors") else {
            throw ValidationError("--to must name a .safetensors file: that is the one format written.")
        }
        guard key == nil || !all else { throw ValidationError("--key and --all exclude each other.") }
    }

    func run() throws {
        let target = URL(fileURLWithPath: to)
        let tensors = try reporting {
            let tensors = try arrays(of: TensorFile.open(URL(fileURLWithPath: checkpoint)))
            // The same entry that other tools make: whose conventions the names and shapes follow.
            try SafetensorsFile.write(tensors, metadata: ["format": "pt"], to: target)
            return tensors
        }
        let bytes = tensors.reduce(0) { $0 + $1.tensor.byteCount }
        print("\(tensors.count) \(tensors.count == 1 ? "array" : "arrays"), \(bytes) bytes → \(to)")
    }

    private func arrays(of file: TensorFile) throws -> OrderedTensors {
        if case .torch(let archive) = file {
            return all ? archive.tensors : try archive.stateDictionary(at: key?.split(separator: "/").map(String.init))
        }
        guard key == nil else { throw ValidationError("--key is for PyTorch checkpoints; this is \(file.format).") }
        var tensors = OrderedTensors()
        for name in try file.names() { tensors[name.isEmpty ? "array" : name] = try file.tensor(named: name) }
        return tensors
    }
}
