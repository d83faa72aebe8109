import Grounding
import TensorFiles
import TestSupport
import Testing
import Torch

/// The layers of a golden case, under the reference's names, with its weights.
private struct Layers {
    let store = ParameterStore()
    let attention: MultiheadAttention
    let postNorm, preNorm: EncoderLayer
    /// Post-norm with GELU; it shares the weights of `postNorm`.
    let smooth: EncoderLayer
    let decoder: DecoderLayer
    let words: TrainablePosition

    init(_ golden: GoldenCase) throws {
        let config = try golden.config(Config.self)
        let (width, heads, hidden) = (config.width, config.heads, config.hidden)
        attention = MultiheadAttention(store.root / "mha", width: width, heads: heads)
        postNorm = EncoderLayer(store.root / "enc_post", width: width, heads: heads, hidden: hidden, dropout: 0)
        preNorm = EncoderLayer(
            store.root / "enc_pre", width: width, heads: heads, hidden: hidden, dropout: 0, normFirst: true)
        decoder = DecoderLayer(store.root / "dec", width: width, heads: heads, hidden: hidden, dropout: 0)
        let weights = try golden.weights()
        let places = try #require(weights["txt_pos.position_embeddings.weight"]).shape[0]
        words = TrainablePosition(store.root / "txt_pos", limit: places, width: width)
        try store.load(weights)

        let twin = ParameterStore()
        smooth = EncoderLayer(
            twin.root / "enc_post", width: width, heads: heads, hidden: hidden, dropout: 0, activation: .gelu)
        for entry in twin.parameters {
            withoutGradient { entry.tensor.inPlaceCopy(store[entry.name]!) }
        }
    }
}

private struct Config: Decodable {
    let width, hidden, heads: Int

    enum CodingKeys: String, CodingKey {
        case width = "d_model"
        case hidden = "dim_feedforward"
        case heads = "nhead"
    }
}

@Suite("Transformer parts against their references (Golden)", .serialized)
struct TransformerGoldenTests {
    /// The reference has (length, batch, d); here the batch comes first.
    private func batchFirst(_ golden: GoldenCase, _ name: String) throws -> Tensor {
        try golden.tensor(name).transposed(0, 1).contiguous()
    }

    /// The reference marks what to ignore; here a mask marks what takes part.
    private func valid(_ golden: GoldenCase, _ name: String) throws -> Tensor {
        .!(try golden.tensor(name).to(.bool))
    }

    @Test("attention, its weights and its gradients", arguments: GoldenCase.all("transformer"))
    func attention(_ golden: GoldenCase) throws {
        let layers = try Layers(golden)
        let inputs = try ["query", "key", "value"].map {
            try batchFirst(golden, "mha." + $0).cloned().requiringGradient()
        }
        let mask = try valid(golden, "mha.key_padding_mask")
        let output = layers.attention(query: inputs[0], key: inputs[1], value: inputs[2], mask: mask)
        #expect(mismatch(output, try batchFirst(golden, "mha.out")) == nil)
        let weights = layers.attention.weights(query: inputs[0], key: inputs[1], mask: mask)
        #expect(mismatch(weights, try golden.tensor("mha.attn_weights_mean_over_heads")) == nil)

        output.backward(gradient: try batchFirst(golden, "mha.grad_out"))
        for (input, name) in zip(inputs, ["query", "key", "value"]) {
            let gradient = try #require(input.gradient)
            #expect(mismatch(gradient, try batchFirst(golden, "mha.grad_" + name), relative: 1e-3) == nil, "\(name)")
        }
        for name in ["in_proj_weight", "in_proj_bias", "out_proj.weight"] {
            let gradient = try #require(layers.store["mha." + name]?.gradient)
            #expect(mismatch(gradient, try golden.tensor("mha.grad_" + name), relative: 1e-3) == nil, "\(name)")
        }
    }

    @Test("attention with masks per head, causal, and without any key", arguments: GoldenCase.all("transformer"))
    func attentionMasks(_ golden: GoldenCase) throws {
        let layers = try Layers(golden)
        let query = try batchFirst(golden, "mha.query")
        let key = try batchFirst(golden, "mha.key")
        let value = try batchFirst(golden, "mha.value")

        let perHead =
            try valid(golden, "mha.attn_mask_bool_3d")
            .reshaped(query.size(0), layers.attention.heads, query.size(1), key.size(1))
            .& (try valid(golden, "mha.key_padding_mask")).unsqueezed(1).unsqueezed(1)
        let masked = layers.attention(query: query, key: key, value: value, mask: perHead)
        #expect(mismatch(masked, try batchFirst(golden, "mha.out_with_attn_mask")) == nil)

        let causal = layers.attention(query: query, key: query, value: query, causal: true)
        #expect(mismatch(causal, try batchFirst(golden, "mha.out_self_causal")) == nil)

        let rest = try valid(golden, "mha.key_padding_mask")[1...]
        let none = Tensor.concatenated([Tensor.zeros([1, key.size(1)], dtype: .bool), rest], 0)
        let output = layers.attention(query: query, key: key, value: value, mask: none)
        let expected = try batchFirst(golden, "mha.out_item0_fully_masked")
        #expect(mismatch(output, expected) == nil)
        #expect(output[0].isNaN().all().item() == 1)
        #expect(output[1...].isNaN().any().item() == 0)
    }

    @Test("encoder layers and their gradients", arguments: GoldenCase.all("transformer"))
    func encoder(_ golden: GoldenCase) throws {
        let layers = try Layers(golden)
        let x = try batchFirst(golden, "enc.src").cloned().requiringGradient()
        let position = try batchFirst(golden, "enc.pos")
        let mask = try valid(golden, "enc.key_padding_mask")
        let output = layers.postNorm(x, position: position, mask: mask)
        #expect(mismatch(output, try batchFirst(golden, "enc_post.out")) == nil)
        let smooth = layers.smooth(x, position: position, mask: mask)
        #expect(mismatch(smooth, try batchFirst(golden, "enc_post_gelu.out")) == nil)
        let pre = layers.preNorm(x, position: position, mask: mask)
        #expect(mismatch(pre, try batchFirst(golden, "enc_pre.out")) == nil)

        output.backward(gradient: try batchFirst(golden, "enc_post.grad_out"))
        let gradient = try #require(x.gradient)
        #expect(mismatch(gradient, try batchFirst(golden, "enc_post.grad_src"), relative: 1e-3) == nil)
        for name in ["linear1.weight", "norm1.weight"] {
            let gradient = try #require(layers.store["enc_post." + name]?.gradient)
            #expect(mismatch(gradient, try golden.tensor("enc_post.grad_" + name), relative: 1e-3) == nil, "\(name)")
        }
    }

    @Test("decoder layer", arguments: GoldenCase.all("transformer"))
    func decoder(_ golden: GoldenCase) throws {
        let output = try Layers(golden).decoder(
            try batchFirst(golden, "dec.tgt"), memory: try batchFirst(golden, "dec.memory"),
            queryPosition: try batchFirst(golden, "dec.query_pos"),
            memoryPosition: try batchFirst(golden, "dec.memory_pos"),
            memoryMask: try valid(golden, "dec.memory_key_padding_mask"))
        #expect(mismatch(output, try batchFirst(golden, "dec.out")) == nil)
    }

    @Test("sine positions", arguments: GoldenCase.all("transformer"))
    func sine(_ golden: GoldenCase) throws {
        let mask = try golden.tensor("sine.mask").to(.bool)
        let expected = try golden.tensor("sine.out_normalize_true")
        let width = expected.size(2)
        #expect(mismatch(SinePosition.encode(mask: mask, width: width), expected) == nil)
        let plain = SinePosition.encode(mask: mask, width: width, normalized: false)
        #expect(mismatch(plain, try golden.tensor("sine.out_normalize_false")) == nil)
        let holed = SinePosition.encode(mask: try golden.tensor("sine.mask_with_hole").to(.bool), width: width)
        #expect(mismatch(holed, try golden.tensor("sine.out_mask_with_hole")) == nil)
        let none = SinePosition.encode(mask: .zeros(mask.shape, dtype: .bool), width: width)
        #expect(mismatch(none, try golden.tensor("sine.out_all_masked")) == nil)
        for name in try golden.arrays().names where name.hasPrefix("sine.out_d") {
            // A full mask of another size: sine.out_d256_L75.
            let wide = try golden.tensor(name)
            let full = Tensor.ones([wide.size(0), wide.size(1)], dtype: .bool)
            #expect(mismatch(SinePosition.encode(mask: full, width: wide.size(2)), wide) == nil, "\(name)")
        }
    }

    @Test("learned positions", arguments: GoldenCase.all("transformer"))
    func words(_ golden: GoldenCase) throws {
        let output = try Layers(golden).words(try golden.tensor("txt_pos.in"))
        #expect(mismatch(output, try golden.tensor("txt_pos.out")) == nil)
    }
}
