import Foundation
import TensorFiles

extension CLIPConfiguration {
    /// The sizes that arrays under OpenAI's names have, as far as they are there; ViT-B/32's for the others.
    ///
    /// - Parameter heads: Of the image and the text tower, where somebody says so; a file does not. Published models have one
    ///   for every 64 of the width.
    init(weights: OrderedTensors, heads: (vision: Int, text: Int)? = nil) {
        self.init()
        func size(_ name: String, _ dimension: Int) -> Int? {
            guard let shape = weights[name]?.shape, dimension < shape.count, shape[dimension] > 0 else { return nil }
            return shape[dimension]
        }
        func layers(_ prefix: String) -> Int? {
            weights.names.compactMap { name in
                name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0 != "." }) : nil
            }.max().map { $0 + 1 }
        }
        embeddingSize = size("text_projection", 1) ?? size("visual.proj", 1) ?? embeddingSize
        visionWidth = size("visual.conv1.weight", 0) ?? size("visual.class_embedding", 0) ?? visionWidth
        patchSize = size("visual.conv1.weight", 3) ?? patchSize
        if let rows = size("visual.positional_embedding", 0), rows > 1 {
            imageSize = patchSize * Int(Double(rows - 1).squareRoot().rounded())
        }
        visionLayers = layers("visual.transformer.resblocks.") ?? visionLayers
        contextLength = size("positional_embedding", 0) ?? contextLength
        vocabularySize = size("token_embedding.weight", 0) ?? vocabularySize
        textWidth = size("ln_final.weight", 0) ?? size("token_embedding.weight", 1) ?? textWidth
        textLayers = layers("transformer.resblocks.") ?? textLayers
        visionHeads = heads?.vision ?? max(visionWidth / 64, 1)
        textHeads = heads?.text ?? max(textWidth / 64, 1)
        if visionWidth % visionHeads != 0 { visionHeads = 1 }
        if textWidth % textHeads != 0 { textHeads = 1 }
    }

    /// Heads by a `config.json` as Hugging Face has it beside the weights.
    static func heads(inHuggingFaceFile url: URL) -> (vision: Int, text: Int)? {
        guard let data = try? Data(contentsOf: url),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let vision = (object["vision_config"] as? [String: Any])?["num_attention_heads"] as? Int,
            let text = (object["text_config"] as? [String: Any])?["num_attention_heads"] as? Int,
            vision > 0, text > 0
        else { return nil }
        return (vision, text)
    }
}
