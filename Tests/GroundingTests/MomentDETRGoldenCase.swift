import Batches
import Grounding
import TestSupport
import Torch

/// What a golden folder of Moment-DETR says of the model and its batch, under the reference's option names.
struct MomentDETRGoldenCase {
    struct Config: Decodable {
        let width, hidden, heads, encoderLayers, decoderLayers, queries, videoWidth, textWidth, projections: Int
        let words: Int
        let clipLength: Double
        let backgroundWeight, margin, confidenceCost, distanceCost, overlapCost: Double
        let weights: [String: Double]
        /// L2 norm and sum of each parameter's gradient.
        let gradients: [String: [Double]]
        let withoutGradient: [String]

        enum CodingKeys: String, CodingKey {
            case width = "hidden_dim"
            case hidden = "dim_feedforward"
            case heads = "nheads"
            case encoderLayers = "enc_layers"
            case decoderLayers = "dec_layers"
            case queries = "num_queries"
            case videoWidth = "v_feat_dim"
            case textWidth = "t_feat_dim"
            case projections = "n_input_proj"
            case words = "max_q_l"
            case clipLength = "clip_length"
            case backgroundWeight = "eos_coef"
            case margin = "saliency_margin"
            case confidenceCost = "set_cost_class"
            case distanceCost = "set_cost_span"
            case overlapCost = "set_cost_giou"
            case weights = "weight_dict"
            case gradients = "grad_l2_and_sum"
            case withoutGradient = "params_without_grad"
        }
    }

    let golden: GoldenCase
    let config: Config

    init(_ golden: GoldenCase) throws {
        self.golden = golden
        config = try golden.config()
    }

    /// The reference's model with its weights.
    func model() throws -> MomentDETR {
        var configuration = MomentDETRConfiguration(videoWidth: config.videoWidth, textWidth: config.textWidth)
        configuration.hiddenSize = config.width
        configuration.feedForwardSize = config.hidden
        configuration.heads = config.heads
        configuration.encoderLayers = config.encoderLayers
        configuration.decoderLayers = config.decoderLayers
        configuration.queryCount = config.queries
        configuration.projectionLayers = config.projections
        configuration.maxWords = config.words
        configuration.backgroundWeight = config.backgroundWeight
        configuration.saliencyMargin = config.margin
        configuration.matchingClassCost = config.confidenceCost
        configuration.matchingL1Cost = config.distanceCost
        configuration.matchingGIoUCost = config.overlapCost
        configuration.labelWeight = config.weights["loss_label"] ?? 0
        configuration.spanWeight = config.weights["loss_span"] ?? 0
        configuration.giouWeight = config.weights["loss_giou"] ?? 0
        configuration.saliencyWeight = config.weights["loss_saliency"] ?? 0
        configuration.dropout = 0
        configuration.inputDropout = 0
        let model = try MomentDETR(configuration)
        try model.store.load(golden.weights())
        return model
    }

    /// The whole batch, or one of its rows without padding.
    func batch(row: Int? = nil, durations: [Double]? = nil) throws -> Batch {
        var video = try golden.tensor("in.src_vid")
        var text = try golden.tensor("in.src_txt")
        var clips = try counts("in.src_vid_mask")
        var words = try counts("in.src_txt_mask")
        var durations = durations ?? clips.map { Double($0) * config.clipLength }
        if let row {
            video = video.entry(row, 0).slice(0, 0, clips[row]).unsqueezed(0)
            text = text.entry(row, 0).slice(0, 0, words[row]).unsqueezed(0)
            (clips, words, durations) = ([clips[row]], [words[row]], [durations[row]])
        }
        return Batch(
            video: video, clipCounts: clips, text: text, wordCounts: words,
            queries: durations.enumerated().map {
                Query(
                    id: "\($0)", text: "a sentence", video: "video\($0)", duration: $1, clipLength: config.clipLength)
            })
    }

    /// The batch's moments; the reference has (centre, width).
    func targets() throws -> TargetSpans {
        let spans = try (0..<counts("in.src_vid_mask").count).map {
            startEnd(fromCenterWidth: try golden.tensor("tgt.spans.\($0)"))
        }
        let width = spans.map { $0.size(0) }.max() ?? 0
        return TargetSpans(
            spans: .stacked(spans.map { $0.padded([0, 0, 0, width - $0.size(0)]) }), counts: spans.map { $0.size(0) })
    }

    /// The clips of the saliency loss.
    func pairs() throws -> SaliencyPairs {
        func rows(_ name: String) throws -> [[Int]] {
            let tensor = try golden.tensor(name)
            return (0..<tensor.size(0)).map { tensor.entry($0, 0).ints() }
        }
        let positives = try rows("tgt.saliency_pos_labels")
        return SaliencyPairs(
            rows: Array(positives.indices), positives: positives, negatives: try rows("tgt.saliency_neg_labels"))
    }

    private func counts(_ mask: String) throws -> [Int] { try golden.tensor(mask).sum(1).ints() }
}
