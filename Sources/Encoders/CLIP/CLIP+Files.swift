import Foundation
import TensorFiles
import Torch

extension CLIP {
    /// The layouts in which weights are published.
    public enum Layout: String, CaseIterable, Sendable {
        /// OpenAI's names; OpenCLIP has the same.
        case openAI
        /// Hugging Face's names.
        case huggingFace
    }

    /// Loads a published model: OpenAI's archive, Hugging Face's safetensors, or OpenCLIP's file.
    ///
    /// The vocabulary comes from the same folder, see ``BytePairTokenizer/fileNames``; without one the model encodes images only.
    ///
    /// - Parameters:
    ///   - url: The file of weights, or a folder that holds one.
    ///   - configuration: The sizes; nil takes them from the weights.
    ///   - precision: In which numbers images are encoded.
    /// - Throws: ``CLIPError``, `TensorFileError`, `StateMismatch` (which lists all that is missing, unexpected or of another shape)
    ///   and ``VocabularyError``.
    public convenience init(
        contentsOf url: URL, configuration: CLIPConfiguration? = nil, precision: EncoderPrecision = .float32
    ) throws {
        let file = try Self.weightsFile(url)
        let folder = file.deletingLastPathComponent()
        let (arrays, sizes) = try Self.read(file)
        let weights = CLIPLayout.openAI(arrays)
        try Self.requireCLIP(weights, file: file.path)
        let heads = CLIPConfiguration.heads(inHuggingFaceFile: folder.appendingPathComponent("config.json"))
        let vocabulary = BytePairTokenizer.fileNames.map(folder.appendingPathComponent).first {
            FileManager.default.fileExists(atPath: $0.path)
        }
        try self.init(
            configuration ?? sizes ?? CLIPConfiguration(weights: weights, heads: heads),
            tokenizer: try vocabulary.map { try BytePairTokenizer(contentsOf: $0) },
            precision: precision)
        try store.load(weights, from: file.path)
        source = file.path
    }

    /// Writes the model in a published layout: `model.safetensors`, with the sizes as metadata, and the vocabulary's file
    /// copied beside it.
    public func save(to folder: URL, layout: Layout = .openAI, vocabulary: URL? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let arrays = layout == .openAI ? store.arrays : HuggingFaceCLIP.published(store.arrays)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let sizes = String(decoding: try encoder.encode(configuration), as: UTF8.self)
        if let vocabulary {
            let copy = folder.appendingPathComponent(vocabulary.lastPathComponent)
            try? FileManager.default.removeItem(at: copy)
            try FileManager.default.copyItem(at: vocabulary, to: copy)
        }
        try SafetensorsFile.write(
            arrays, metadata: [Self.sizesKey: sizes], to: folder.appendingPathComponent("model.safetensors"))
    }

    private static let sizesKey = "clip_configuration"

    /// The file itself, or the only file of weights in a folder.
    private static func weightsFile(_ url: URL) throws -> URL {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
            return url
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
        let weights = names.filter { [".pt", ".pth", ".safetensors", ".bin"].contains(where: $0.hasSuffix) }
        // Hugging Face keeps the same weights twice.
        if weights.contains("model.safetensors") { return url.appendingPathComponent("model.safetensors") }
        guard let first = weights.first else { throw CLIPError.noWeights(folder: url.path) }
        guard weights.count == 1 else { throw CLIPError.severalWeights(folder: url.path, files: weights) }
        return url.appendingPathComponent(first)
    }

    private static func read(_ file: URL) throws -> (OrderedTensors, CLIPConfiguration?) {
        switch try TensorFile.open(file) {
        case .safetensors(let file):
            let sizes = file.metadata[sizesKey].flatMap {
                try? JSONDecoder().decode(CLIPConfiguration.self, from: Data($0.utf8))
            }
            return (file.all, sizes)
        case .torch(let archive): return (try archive.stateDictionary(), nil)
        case let other: throw CLIPError.notCLIP(file: file.path, found: "it is a \(other.format) file")
        }
    }

    private static func requireCLIP(_ weights: OrderedTensors, file: String) throws {
        if weights.names.contains(where: { $0.hasPrefix("visual.layer1.") }) {
            throw CLIPError.notCLIP(
                file: file, found: "its image tower is a ResNet, and only vision transformers are known here")
        }
        let known = weights.names.contains {
            $0.hasPrefix("visual.transformer.") || $0.hasPrefix("transformer.resblocks.")
        }
        if !known {
            let names = weights.names.prefix(3).joined(separator: ", ")
            throw CLIPError.notCLIP(file: file, found: "its arrays are \(names)\(weights.count > 3 ? ", …" : "")")
        }
    }
}
