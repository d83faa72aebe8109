import Batches
import Grounding
import TensorFiles
import TestSupport
import Testing
import Torch

@Suite("UMT against its reference (Golden)")
struct UMTGoldenTests {
    /// The reference's configuration, as far as it differs between cases.
    private struct Config: Decodable {
        struct Encoder: Decodable {
            struct Layer: Decodable {
                let heads: Int
                let ratio: Double?
                let tokens: Int?
                enum CodingKeys: String, CodingKey {
                    case heads, ratio
                    case tokens = "num_tokens"
                }
            }
            struct Positions: Decodable {
                let limit: Int
                enum CodingKeys: String, CodingKey { case limit = "max_len" }
            }
            let layer: Layer
            let positions: Positions
            enum CodingKeys: String, CodingKey {
                case layer = "enc_cfg"
                case positions = "pos_cfg"
            }
        }
        struct Decoder: Decodable {
            let layers: [Encoder.Layer]
            enum CodingKeys: String, CodingKey { case layers = "dec_cfg" }
        }
        struct Model: Decodable {
            let video: Encoder
            let fusion: Encoder
            let decoder: Decoder
            enum CodingKeys: String, CodingKey {
                case video = "video_enc"
                case fusion = "cross_enc"
                case decoder = "query_dec"
            }
        }
        let model: Model
        let clipLength: Double
        let clips, words: [Int]
        let gradients: [String: [Double]]
        let withoutGradient: [String]

        enum CodingKeys: String, CodingKey {
            case model
            case clipLength = "clip_seconds"
            case clips = "video_lengths"
            case words = "text_lengths"
            case gradients = "grad_l2_and_sum"
            case withoutGradient = "params_without_grad"
        }
    }

    private struct Reference {
        let golden: GoldenCase
        let config: Config

        init(_ golden: GoldenCase) throws {
            self.golden = golden
            config = try golden.config()
        }

        /// The reference's model with its weights.
        func model(decoderSeesPadding: Bool = true) throws -> UMT {
            let (video, audio) = (try golden.tensor("in.video").size(2), try golden.tensor("in.audio").size(2))
            let text = try golden.tensor("in.query_padded_with_inf").size(2)
            var configuration = UMTConfiguration(videoWidth: video + audio, textWidth: text)
            let weights = try golden.weights()
            configuration.hiddenSize = try #require(weights["video_enc.mapping.linear.weight"]).shape[0]
            configuration.audioWidth = audio
            configuration.heads = config.model.video.layer.heads
            configuration.feedForwardSize = Int(
                (config.model.video.layer.ratio ?? 4) * Double(configuration.hiddenSize))
            configuration.maxClips = config.model.video.positions.limit
            configuration.bottleneckTokens = config.model.fusion.layer.tokens ?? 4
            configuration.decoderLayers = config.model.decoder.layers.count
            configuration.decoderSeesPadding = decoderSeesPadding
            configuration.dropout = 0
            configuration.inputDropout = 0
            configuration.queryDropout = 0
            let model = try UMT(configuration)
            try model.store.load(weights)
            return model
        }

        /// Picture and sound side by side; zeros where the reference pads words with infinity.
        func batch(row: Int? = nil) throws -> Batch {
            var video = Tensor.concatenated([try golden.tensor("in.video"), try golden.tensor("in.audio")], 2)
            let padded = try golden.tensor("in.query_padded_with_inf")
            var text = padded.masked(.!padded.isFinite(), with: 0)
            var (clips, words) = (config.clips, config.words)
            if let row {
                video = video[row, 0..<clips[row]].unsqueezed(0)
                text = text[row, 0..<words[row]].unsqueezed(0)
                (clips, words) = ([clips[row]], [words[row]])
            }
            return Batch(
                video: video, clipCounts: clips, text: text, wordCounts: words,
                queries: clips.enumerated().map {
                    Query(
                        id: "\($0)", text: "a sentence", video: "v\($0)", duration: Double($1) * config.clipLength,
                        clipLength: config.clipLength)
                })
        }

        /// The moments in seconds.
        func moments() throws -> [[Span]] {
            let boundaries = try golden.tensor("in.boundary_padded_with_minus1")
            return (0..<boundaries.size(0)).map { row in
                let values = boundaries[row].doubles()
                return stride(from: 0, to: values.count, by: 2).compactMap { place in
                    values[place] == -1 ? nil : Span(values[place], values[place + 1])
                }
            }
        }
    }

    @Test("fused clips, queries, decoded clips, saliency and boundaries", arguments: GoldenCase.all("umt"))
    func forward(_ golden: GoldenCase) throws {
        let reference = try Reference(golden)
        let (model, batch) = (try reference.model(), try reference.batch())
        let stages = model.stages(batch)
        #expect(mismatch(stages.clips, try golden.tensor("mid.cross_enc")) == nil)
        #expect(mismatch(stages.queries, try golden.tensor("mid.query_gen")) == nil)
        #expect(mismatch(stages.decoded, try golden.tensor("mid.query_dec")) == nil)
        let output = model.forward(batch)
        let saliency = try #require(output.saliency).sigmoid().masked(.!output.mask, with: 0)
        #expect(mismatch(saliency, try golden.tensor("out.saliency")) == nil)

        let answers = UMTDecoding(model.configuration).ranked(try #require(output.boundaries), batch)
        let expected = try golden.tensor("out.boundary_st_ed_score")
        for (row, moments) in answers.enumerated() {
            // Clips that are padding have a score of 0 there, and none here.
            let count = batch.clipCounts[row]
            let wanted = (0..<count).map { expected[row, $0].doubles() }
            for (moment, numbers) in zip(moments, wanted) {
                let duration = batch.queries[row].duration
                #expect(abs(moment.span.start - min(numbers[0], duration)) < 1e-3)
                #expect(abs(moment.span.end - min(numbers[1], duration)) < 1e-3)
                #expect(abs(moment.score - numbers[2]) < 1e-4)
            }
            #expect(moments.count == count)
        }
    }

    @Test("targets, losses and the gradient of every parameter", arguments: GoldenCase.all("umt"))
    func training(_ golden: GoldenCase) throws {
        let reference = try Reference(golden)
        let (model, batch) = (try reference.model(), try reference.batch())
        let targets = UMTTargets(
            try reference.moments(), batch.queries, clips: try golden.tensor("target.center").size(1))
        #expect(mismatch(targets.centers, try golden.tensor("target.center"), absolute: 1e-6) == nil)
        #expect(mismatch(targets.windows, try golden.tensor("target.window")) == nil)
        #expect(mismatch(targets.offsets, try golden.tensor("target.offset")) == nil)
        #expect(mismatch(targets.weights, try golden.tensor("target.weight")) == nil)
        #expect(Double(targets.count) == (try golden.tensor("target.avg_factor").item()))

        let result = UMTLoss(model.configuration)(
            model.forward(batch), saliency: try golden.tensor("in.saliency_padded_with_minus1"), targets)
        let last = reference.config.model.decoder.layers.count - 1
        for (name, value) in result.parts {
            #expect(mismatch(value, try golden.tensor("loss.d\(last).\(name)_loss")) == nil, "\(name)")
        }
        #expect(result.parts.count == 4)
        #expect(mismatch(result.total, try golden.tensor("loss.total")) == nil)
        result.total.backward()
        try GoldenGradients(
            golden: golden, summaries: reference.config.gradients, without: reference.config.withoutGradient
        ).check(model.store)
    }

    @Test("a decoder that sees no padding gives each row what it gets alone", arguments: GoldenCase.all("umt"))
    func correct(_ golden: GoldenCase) throws {
        let reference = try Reference(golden)
        let batch = try reference.batch()
        let (published, corrected) = (try reference.model(), try reference.model(decoderSeesPadding: false))
        let together = corrected.stages(batch).decoded
        for row in 0..<batch.count {
            let alone = try reference.batch(row: row)
            #expect(mismatch(together[row, 0..<batch.clipCounts[row]], corrected.stages(alone).decoded[0]) == nil)
            // A batch of one is the same either way.
            #expect(mismatch(published.stages(alone).decoded, corrected.stages(alone).decoded) == nil)
        }
        guard Set(batch.clipCounts).count > 1 else { return }
        let difference = (published.stages(batch).decoded - together).abs()
            .masked((.!batch.videoMask).unsqueezed(-1), with: 0).max()
        #expect(difference.item() > 1e-3)
    }
}
