import Grounding
import TestSupport
import Torch

/// Moment-DETR put together from the parts, under its published names: a check that the parts fit each other.
struct ReferenceMomentDETR {
    struct Config: Decodable {
        let width, hidden, heads, encoderLayers, decoderLayers, queries, videoWidth, textWidth, projections: Int
        let words, clips: Int
        let backgroundWeight, margin, confidenceCost, distanceCost, overlapCost: Double
        let weights: [String: Double]

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
            case clips = "max_v_l"
            case backgroundWeight = "eos_coef"
            case margin = "saliency_margin"
            case confidenceCost = "set_cost_class"
            case distanceCost = "set_cost_span"
            case overlapCost = "set_cost_giou"
            case weights = "weight_dict"
        }
    }

    struct Output {
        /// Of every decoder layer: B×Q×2 logits, and B×Q×2 spans (centre, width).
        var predictions: [(logits: Tensor, spans: Tensor)]
        /// B×L.
        var saliency: Tensor
    }

    let store = ParameterStore()
    let config: Config
    let videoProjection, textProjection: InputProjection
    let encoder: TransformerEncoder
    let decoder: TransformerDecoder
    let queries: Embedding
    let classes, saliency: Linear
    let spans: MLP

    init(_ config: Config) {
        self.config = config
        let root = store.root
        let width = config.width
        videoProjection = InputProjection(
            root / "input_vid_proj", inputs: config.videoWidth, outputs: width, layers: config.projections)
        textProjection = InputProjection(
            root / "input_txt_proj", inputs: config.textWidth, outputs: width, layers: config.projections)
        encoder = TransformerEncoder(
            root / "transformer" / "encoder", layers: config.encoderLayers, width: width, heads: config.heads,
            hidden: config.hidden, dropout: 0)
        decoder = TransformerDecoder(
            root / "transformer" / "decoder", layers: config.decoderLayers, width: width, heads: config.heads,
            hidden: config.hidden, dropout: 0)
        queries = Embedding(root / "query_embed", config.queries, width)
        classes = Linear(root / "class_embed", width, 2)
        saliency = Linear(root / "saliency_proj", width, 1)
        spans = MLP(root / "span_embed", inputs: width, hidden: width, outputs: 2, layers: 3)
        // Unused without positions of words, but part of every checkpoint.
        _ = TrainablePosition(root / "txt_position_embed", limit: config.words, width: width)
    }

    /// `masks` are `bool`, true for valid tokens.
    func callAsFunction(video: Tensor, videoMask: Tensor, text: Tensor, textMask: Tensor) -> Output {
        let tokens = Tensor.concatenated([videoProjection(video), textProjection(text)], 1)
        let mask = Tensor.concatenated([videoMask, textMask], 1)
        let places = SinePosition.encode(mask: videoMask, width: config.width)
        let position = places.padded([0, 0, 0, text.size(1)])
        let memory = encoder(tokens, position: position, mask: mask)
        let start = Tensor.zeros([video.size(0), config.queries, config.width])
        let outputs = decoder(
            start, memory: memory, queryPosition: queries.weight.unsqueezed(0), memoryPosition: position,
            memoryMask: mask)
        return Output(
            predictions: outputs.map { (logits: classes($0), spans: spans($0).sigmoid()) },
            saliency: saliency(memory[0..., ..<video.size(1)]).squeezed(-1))
    }

    /// The pairs of one layer's predictions and the targets (centre, width) of each row.
    func match(_ predictions: (logits: Tensor, spans: Tensor), _ targets: [Tensor]) throws -> MatchedPairs {
        try MomentMatcher(
            confidence: config.confidenceCost, distance: config.distanceCost, overlap: config.overlapCost
        ).match(
            probabilities: predictions.logits.softmax(-1)[0..., 0..., 0],
            spans: startEnd(fromCenterWidth: predictions.spans), targets: Self.padded(targets))
    }

    /// The losses of one layer by their published names.
    func losses(
        _ predictions: (logits: Tensor, spans: Tensor), _ pairs: MatchedPairs, _ targets: [Tensor]
    ) -> [String: Tensor] {
        let (rows, count) = (predictions.logits.size(0), predictions.logits.size(1))
        // Class 0 is the foreground.
        let classes = 1 - pairs.mask(rows, count).to(.int64)
        let wanted = pairs.targeted(Self.padded(targets).spans)
        let predicted = pairs.predicted(predictions.spans)
        let overlap = spanGeneralizedIoU(startEnd(fromCenterWidth: predicted), wanted)
        return [
            "loss_label": weightedCrossEntropy(
                logits: predictions.logits, classes: classes, weights: Tensor([1, Float(config.backgroundWeight)])),
            "loss_span": (predicted - centerWidth(fromStartEnd: wanted)).abs().mean(),
            "loss_giou": (1 - overlap).mean(),
        ]
    }

    private static func padded(_ targets: [Tensor]) -> TargetSpans {
        let counts = targets.map { $0.size(0) }
        let rows = targets.map {
            startEnd(fromCenterWidth: $0).padded([0, 0, 0, counts.max()! - $0.size(0)])
        }
        return TargetSpans(spans: .stacked(rows), counts: counts)
    }
}
