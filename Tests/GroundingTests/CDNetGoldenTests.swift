import Grounding
import TensorFiles
import TestSupport
import Testing
import Torch

/// VLTVG's layer, made of CDNet's parts.
private struct VerificationLayer {
    let store = ParameterStore()
    let wordAttention: MultiheadAttention
    let contextEncoder: ContextEncoder
    let relevance: RelevanceScore

    private static let names = [
        ("img2text_attn", "word_attention"), ("img2textcond_attn", "context.text_attention"),
        ("img2img_attn", "context.video_attention"), ("norm_img", "context.video_norm"),
        ("norm_text_cond_img", "context.context_norm"), ("img_proj", "relevance.video"),
        ("text_proj", "relevance.text"), ("tf_scale", "relevance.scale"), ("tf_sigma", "relevance.deviation"),
    ]

    private struct Config: Decodable {
        let width, heads, layers: Int
        let power: Double

        enum CodingKeys: String, CodingKey {
            case width = "d_model"
            case heads = "num_heads"
            case layers = "proj_layers"
            case power = "tf_pow"
        }
    }

    init(_ golden: GoldenCase) throws {
        let config = try golden.config(Config.self)
        wordAttention = MultiheadAttention(store.root / "word_attention", width: config.width, heads: config.heads)
        contextEncoder = ContextEncoder(store.root / "context", width: config.width, heads: config.heads)
        relevance = RelevanceScore(
            store.root / "relevance", width: config.width, layers: config.layers, power: config.power)
        var loaded = Set<String>()
        for (name, array) in try golden.weights() {
            let (theirs, ours) = try #require(Self.names.first { name == $0.0 || name.hasPrefix($0.0 + ".") })
            let parameter = try #require(store[ours + name.dropFirst(theirs.count)], "\(name)")
            withoutGradient { parameter.inPlaceCopy(Tensor(array).reshaped(parameter.shape)) }
            loaded.insert(ours + name.dropFirst(theirs.count))
        }
        #expect(loaded == Set(store.parameters.map(\.name)))
    }
}

@Suite("CDNet's parts against their references (Golden)")
struct CDNetGoldenTests {
    /// The reference has (length, batch, d); here the batch comes first.
    private func batchFirst(_ golden: GoldenCase, _ name: String) throws -> Tensor {
        try golden.tensor(name).transposed(0, 1).contiguous()
    }

    /// The reference marks what to ignore; here a mask marks what takes part.
    private func valid(_ golden: GoldenCase, _ name: String) throws -> Tensor {
        .!(try golden.tensor(name).to(.bool))
    }

    @Test(
        "words by clip, relevance, context and their product equal VLTVG's verification layer",
        arguments: GoldenCase.all("vltvg_verification"))
    func verification(_ golden: GoldenCase) throws {
        let layer = try VerificationLayer(golden)
        let video = try batchFirst(golden, "in.video_feat")
        let words = try batchFirst(golden, "in.word_feat")
        let videoPosition = try batchFirst(golden, "in.video_pos")
        let wordPosition = try batchFirst(golden, "in.word_pos")
        let videoMask = try valid(golden, "in.video_key_padding_mask")
        let textMask = try valid(golden, "in.word_key_padding_mask")

        for (variant, query, key) in [
            ("noqpos", video, words), ("qpos", video + videoPosition, words),
            ("qpos_wordpos", video + videoPosition, words + wordPosition),
        ] {
            func expected(_ name: String) throws -> Tensor { try batchFirst(golden, "\(variant).\(name)") }
            let wordsByClip = layer.wordAttention(query: query, key: key, value: words, mask: textMask)
            #expect(mismatch(wordsByClip, try expected("text_info")) == nil, "\(variant)")
            let cosine = layer.relevance.cosine(video, wordsByClip)
            #expect(mismatch(cosine, try expected("cosine").squeezed(-1)) == nil, "\(variant)")
            let relevance = layer.relevance(video, wordsByClip)
            #expect(mismatch(relevance, try expected("verify_score").squeezed(-1)) == nil, "\(variant)")

            // CDNet's words have no positions in the context encoder, so it has no word for the third variant.
            guard variant != "qpos_wordpos" else { continue }
            let context = layer.contextEncoder.context(
                video, words, videoMask: videoMask, textMask: textMask)
            #expect(mismatch(context, try expected("context")) == nil, "\(variant)")
            let fused = layer.contextEncoder(
                video, words, videoMask: videoMask, textMask: textMask)
            let output = Tensor.concatenated([video, fused * relevance.unsqueezed(-1)], -1)
            #expect(mismatch(output, try expected("out")) == nil, "\(variant)")
        }
    }

    @Test("the verification layer's gradients equal VLTVG's", arguments: GoldenCase.all("vltvg_verification"))
    func verificationGradients(_ golden: GoldenCase) throws {
        let layer = try VerificationLayer(golden)
        let video = try batchFirst(golden, "in.video_feat").requiringGradient()
        let words = try batchFirst(golden, "in.word_feat").requiringGradient()
        let videoMask = try valid(golden, "in.video_key_padding_mask")
        let textMask = try valid(golden, "in.word_key_padding_mask")
        let wordsByClip = layer.wordAttention(query: video, key: words, value: words, mask: textMask)
        let fused = layer.contextEncoder(video, words, videoMask: videoMask, textMask: textMask)
        let scored = fused * layer.relevance(video, wordsByClip).unsqueezed(-1)
        Tensor.concatenated([video, scored], -1).backward(gradient: try batchFirst(golden, "noqpos.grad_out"))

        func expect(_ parameter: Tensor, _ expected: Tensor) {
            #expect(
                mismatch(parameter.gradient!.reshaped(expected.shape), expected, relative: 1e-3, absolute: 1e-5)
                    == nil)
        }
        expect(video, try batchFirst(golden, "noqpos.grad_video_feat"))
        expect(words, try batchFirst(golden, "noqpos.grad_word_feat"))
        expect(layer.relevance.scale, try golden.tensor("noqpos.grad_tf_scale"))
        expect(layer.relevance.deviation, try golden.tensor("noqpos.grad_tf_sigma"))
        expect(
            layer.relevance.textProjection.layers[0].weight,
            try golden.tensor("noqpos.grad_text_proj.layers.0.weight"))
    }
}
