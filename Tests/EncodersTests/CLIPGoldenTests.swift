import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Encoders

@Suite("CLIP against its reference (Golden)")
struct CLIPGoldenTests {
    private struct Config: Decodable {
        let context_length, embed_dim, image_resolution, transformer_heads, transformer_layers, transformer_width: Int
        let vision_heads, vision_layers, vision_patch_size, vision_width, vocab_size: Int

        var configuration: CLIPConfiguration {
            var result = CLIPConfiguration()
            (result.embeddingSize, result.imageSize) = (embed_dim, image_resolution)
            (result.patchSize, result.visionWidth) = (vision_patch_size, vision_width)
            (result.visionLayers, result.visionHeads) = (vision_layers, vision_heads)
            (result.contextLength, result.vocabularySize) = (context_length, vocab_size)
            (result.textWidth, result.textLayers, result.textHeads) = (
                transformer_width, transformer_layers, transformer_heads
            )
            return result
        }
    }

    private func model(_ golden: GoldenCase, _ file: String) throws -> CLIP {
        try CLIP(
            contentsOf: golden.folder.appendingPathComponent(file),
            configuration: golden.config(Config.self).configuration)
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
        let wanted = try golden.config(Config.self).configuration
        for file in ["weights.safetensors", "weights_hf.safetensors"] {
            let found = CLIPConfiguration(
                weights: CLIPLayout.openAI(try golden.weights(file)), heads: (wanted.visionHeads, wanted.textHeads))
            #expect(found == wanted)
        }
    }
}
