import ArgumentParser
import Datasets
import Foundation
import Grounding
import TensorFiles
import Torch
import Training

/// `moments convert`: a published model as a checkpoint of ours, or any file's arrays as safetensors.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Make a checkpoint that runs here of a published one; or write a file's arrays as safetensors.",
        discussion: """
            A checkpoint of Moment-DETR, QD-DETR, UniVTG or UMT is told by the names of its arrays. Sizes are read off \
            them, all else off the options that lie beside them. The result describes itself, and predict, find \
            and evaluate run it (--set data.video=[…] says where features lie):

              moments convert model_best.ckpt --to qd-detr.safetensors
              moments predict qd-detr.safetensors --annotations val.jsonl --out predictions.jsonl

            Of a checkpoint of ours the model is written, without what training needs to go on; --half halves its size.

            Of other PyTorch checkpoints the model's state dictionary is written, found under the usual keys (state_dict, \
            model, …) or given with --key; --all writes every tensor, also an optimiser's, under its path. Of other \
            files all arrays are written. Names, types and numbers stay as they are.

            Exits with 66 if the checkpoint cannot be read, with 65 if it is damaged, unsafe, holds no such \
            dictionary or a variant of a model that is not known here, and with 73 if the result cannot be written.
            """)

    @Argument(help: "The checkpoint.", completion: .file())
    var checkpoint: String

    @Option(help: "The safetensors file to write.", completion: .file(extensions: ["safetensors"]))
    var to: String

    @Option(
        help: ArgumentHelp(
            "The kinds of a known model's video features, in order, where its checkpoint does not tell them.",
            valueName: "name:width,…"))
    var features: FeatureKinds?

    @Flag(help: "Write a known model's arrays as they are, too.")
    var arrays = false

    @Flag(help: "Write a model of ours in half precision.")
    var half = false

    @Option(help: "Where in the checkpoint the state dictionary is: keys joined with slashes, such as `ema/model`.")
    var key: String?

    @Flag(help: "Write every tensor of the checkpoint.")
    var all = false

    func validate() throws {
        guard to.lowercased().hasSuffix(".safetensors") else {
            throw ValidationError("--to must name a .safetensors file: that is the one format written.")
        }
        guard [key != nil, all, arrays].filter({ $0 }).count < 2 else {
            throw ValidationError("--key, --all and --arrays exclude each other.")
        }
    }

    func run() throws {
        let (source, target) = (URL(fileURLWithPath: checkpoint), URL(fileURLWithPath: to))
        try reporting {
            let file = try TensorFile.open(source)
            let takesModel = !arrays && !all && key == nil
            if takesModel, case .safetensors(let held) = file, Checkpoint.accepts(held) {
                try Checkpoint(contentsOf: source).writeModel(as: half ? .float16 : nil, to: target)
                let size = try? FileManager.default.attributesOfItem(atPath: to)[.size] as? Int
                return print("the model, \(size ?? 0) bytes → \(to)")
            }
            guard !half else { throw UsageError("--half is for checkpoints of ours; \(checkpoint) is none") }
            if takesModel, PublishedModel.kind(of: file) != nil { return try convertModel(source, target) }
            let tensors = try tensors(of: file)
            // The same entry that other tools make: whose conventions the names and shapes follow.
            try SafetensorsFile.write(tensors, metadata: ["format": "pt"], to: target)
            let bytes = tensors.reduce(0) { $0 + $1.tensor.byteCount }
            print("\(tensors.count) \(tensors.count == 1 ? "array" : "arrays"), \(bytes) bytes → \(to)")
        }
    }

    private func convertModel(_ source: URL, _ target: URL) throws {
        guard let published = try PublishedModel(contentsOf: source, features: features?.components ?? []) else {
            return
        }
        try published.write(to: target)
        let recipe = published.metadata.recipe
        let kinds = recipe.video.map { "\($0.name) \($0.width)" }.joined(separator: " + ")
        for note in published.notes { tell("note: \(note)") }
        print(
            """
            \(published.kind.rawValue), \(published.model.store.parameterCount) parameters → \(to)
            features: \(kinds)\(recipe.temporalEndpoints ? " + temporal endpoints" : ""), clips of \
            \(recipe.clipLength) s, \(recipe.normalised ? "normalised" : "as they are"); text \(recipe.text.width)
            """)
    }

    private func tensors(of file: TensorFile) throws -> OrderedTensors {
        if case .torch(let archive) = file {
            return all ? archive.tensors : try archive.stateDictionary(at: key?.split(separator: "/").map(String.init))
        }
        guard key == nil else { throw ValidationError("--key is for PyTorch checkpoints; this is \(file.format).") }
        var tensors = OrderedTensors()
        for name in try file.names() { tensors[name.isEmpty ? "array" : name] = try file.tensor(named: name) }
        return tensors
    }
}

/// `slowfast:2304,clip:512`.
struct FeatureKinds: ExpressibleByArgument {
    let components: [FeatureRecipe.Component]

    init?(argument: String) {
        var found: [FeatureRecipe.Component] = []
        for part in argument.split(separator: ",") {
            let pair = part.split(separator: ":")
            guard pair.count == 2, let width = Int(pair[1]), width > 0 else { return nil }
            found.append(FeatureRecipe.Component(name: String(pair[0]), width: width))
        }
        guard !found.isEmpty else { return nil }
        components = found
    }
}
