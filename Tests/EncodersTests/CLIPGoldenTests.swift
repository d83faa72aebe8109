import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Encoders

@Suite("CLIP against its reference (Golden)")
struct CLIPGoldenTests {
    private struct Config: Decodable {
        let sizes: [String: Int]

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            var sizes: [String: Int] = [:]
            for key in fields.allKeys { sizes[key.stringValue] = try? fields.decode(Int.self, forKey: key) }
            self.sizes = sizes
        }

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        /// The reference's names for the sizes.
        private static var names: [(String, WritableKeyPath<CLIPConfiguration, Int>)] {
            [
                ("embed_dim", \.embeddingSize), ("image_resolution", \.imageSize), ("vision_patch_size", \.patchSize),
                ("vision_width", \.visionWidth), ("vision_layers", \.visionLayers), ("vision_heads", \.visionHeads),
                ("context_length", \.contextLength), ("vocab_size", \.vocabularySize),
                ("transformer_width", \.textWidth),
                ("transformer_layers", \.textLayers), ("transformer_heads", \.textHeads),
            ]
        }

        func configuration() throws -> CLIPConfiguration {
            var result = CLIPConfiguration()
            for (name, field) in Self.names { result[keyPath: field] = try #require(sizes[name], "\(name)") }
            return result
        }
    }

    private func model(_ golden: GoldenCase, _ file: String) throws -> CLIP {
        try CLIP(
            contentsOf: golden.folder.appendingPathComponent(file),
            configuration: golden.config(Config.self).configuration())
    }

    @Test(
        "images and sentences are encoded as by the reference, from OpenAI's names and from Hugging Face's",
        arguments: GoldenCase.all("clip"), ["weights.safetensors", "weights_hf.safetensors"])
    func outputs(_ golden: GoldenCase, _ file: String) throws {
        let clip = try model(golden, file)
        let images = try golden.tensor("in.images")
        let encoded = clip.encode(images: images)
        #expect(mismatch(encoded, try golden.tensor("out.image_features")) == nil)

        let ids = try golden.tensor("in.tokens")
        let lengths = try golden.tensor("out.text_valid_lengths").ints()
        let rows = lengths.enumerated().map { Array(ids.entry($0, 0).ints().prefix($1)) }
        let states = try golden.tensor("out.text_last_hidden_state")
        let pooled = try golden.tensor("out.text_features")
        for (row, sentence) in clip.encode(tokens: rows).enumerated() {
            #expect(mismatch(sentence.words, states.entry(row, 0).slice(0, 0, lengths[row])) == nil)
            #expect(mismatch(sentence.pooled, pooled.entry(row, 0)) == nil)
        }
    }

    @Test("sizes are read off the weights", arguments: GoldenCase.all("clip"))
    func sizes(_ golden: GoldenCase) throws {
        let wanted = try golden.config(Config.self).configuration()
        for file in ["weights.safetensors", "weights_hf.safetensors"] {
            let found = CLIPConfiguration(
                weights: CLIPLayout.openAI(try golden.weights(file)), heads: (wanted.visionHeads, wanted.textHeads))
            #expect(found == wanted)
        }
    }
}
