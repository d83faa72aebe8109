import Foundation
import WholeFiles

extension CLIP {
    /// What features made with this model are called, such as `clip-vit-b-32`, or `clip-vit-b-32-int8`.
    public var identifier: String { configuration.name + precision.suffix }

    /// A model with random weights, the same for the same seed, and a made-up vocabulary of its size: for tests, demos and
    /// measurements.
    ///
    /// - Throws: what ``init(_:tokenizer:precision:seed:)`` throws.
    public static func random(
        _ configuration: CLIPConfiguration = .init(), precision: EncoderPrecision = .float32, seed: UInt64 = 0
    ) throws -> CLIP {
        try CLIP(
            configuration,
            tokenizer: BytePairTokenizer.madeUpMerges(tokens: configuration.vocabularySize).map {
                try BytePairTokenizer(merges: $0)
            }, precision: precision, seed: seed)
    }

    /// Writes the weights of ``random(_:precision:seed:)`` into a folder, in a published layout and with the vocabulary
    /// beside them.
    ///
    /// - Throws: `TensorFileError`, and what Foundation throws where the vocabulary cannot be written.
    public static func writeRandomWeights(
        _ configuration: CLIPConfiguration = .init(), seed: UInt64 = 0, layout: Layout = .openAI, to folder: URL
    ) throws {
        try CLIP(configuration, seed: seed).save(to: folder, layout: layout)
        guard let merges = BytePairTokenizer.madeUpMerges(tokens: configuration.vocabularySize) else { return }
        let text = "#version: 0.2\n" + merges.map { "\($0.0) \($0.1)\n" }.joined()
        let name = layout == .openAI ? "bpe_simple_vocab_16e6.txt" : "merges.txt"
        try Data(text.utf8).writeWhole(to: folder.appendingPathComponent(name))
    }
}

extension BytePairTokenizer {
    /// Merges for a vocabulary of so many tokens, which join two bytes at a word's end, letters first; nil where there are not
    /// as many, or where not even the bytes have room.
    static func madeUpMerges(tokens: Int) -> [(String, String)]? {
        guard (514...(514 + 256 * 256)).contains(tokens) else { return nil }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let bytes = Array(letters) + (UInt8.min...UInt8.max).filter { !letters.contains($0) }
        let pairs = bytes.lazy.flatMap { first in bytes.lazy.map { (first, $0) } }
        return pairs.prefix(tokens - 514).map { (symbol($0), symbol($1) + wordEnd) }
    }
}
