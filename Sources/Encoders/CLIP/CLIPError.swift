import Foundation

/// Why a CLIP model cannot be had or asked.
public enum CLIPError: Error, Hashable, Sendable {
    /// The file's arrays are none of a CLIP model: its path, and what it looks like.
    case notCLIP(file: String, found: String)
    /// The folder holds no weights.
    case noWeights(folder: String)
    /// The folder holds several files of weights.
    case severalWeights(folder: String, files: [String])
    /// Sentences need a vocabulary, and none lies beside the weights.
    case noVocabulary
    /// The vocabulary beside the weights is another model's.
    case vocabularySize(tokens: Int, vocabulary: Int)
}

extension CLIPError: CustomStringConvertible, LocalizedError {
    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .notCLIP(let file, let found):
            "\(file) holds no CLIP model: \(found). OpenAI's archives, Hugging Face's safetensors and OpenCLIP's files are read."
        case .noWeights(let folder):
            "\(folder) holds no weights. Put a model's .pt, .safetensors or .bin there, or name the file itself."
        case .severalWeights(let folder, let files):
            "\(folder) holds several files of weights (\(files.joined(separator: ", "))). Name the one that is meant."
        case .noVocabulary:
            "The weights come without a vocabulary, so sentences cannot be read. Put bpe_simple_vocab_16e6.txt.gz, merges.txt or "
                + "tokenizer.json beside them."
        case .vocabularySize(let tokens, let vocabulary):
            "The vocabulary has \(vocabulary) tokens and the model \(tokens). Use the vocabulary that came with the weights."
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}
