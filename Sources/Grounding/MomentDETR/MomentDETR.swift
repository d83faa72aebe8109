import Batches
import Torch

/// Moment-DETR (Lei et al., NeurIPS 2021): a transformer whose learned queries each predict a moment.
///
/// Clips and words are projected to one size and see each other in the encoder; the moment queries look at them in the
/// decoder; each says whether it found a moment, and its centre and width. Parameters have the published names, so a
/// published checkpoint loads as it is.
///
///     let model = try MomentDETR(MomentDETRConfiguration(videoWidth: 2818, textWidth: 512), seed: 2018)
///     model.store.isTraining = true
///     model.loss(batch).total.backward()
public final class MomentDETR: GroundingModel {
    /// The choices that it was made with.
    public let configuration: MomentDETRConfiguration
    /// Parameters; see `GroundingModel`.
    public let store: ParameterStore
    /// Clips to the hidden size.
    public let videoProjection: InputProjection
    /// Words to the hidden size.
    public let textProjection: InputProjection
    /// Over clips, then words.
    public let encoder: TransformerEncoder
    /// Over the moment queries.
    public let decoder: TransformerDecoder
    /// The moment queries' positions, queries×d.
    public let queries: Embedding
    /// Foreground (class 0) or background (class 1).
    public let classes: Linear
    /// Centre and width, before the sigmoid.
    public let spans: MLP
    /// Saliency of a clip.
    public let saliency: Linear

    /// Makes a model with first values that depend on the seed alone.
    ///
    /// - Throws: `ConfigurationError` for a configuration that cannot be.
    public init(
        _ configuration: MomentDETRConfiguration, seed: UInt64 = 0, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        store = ParameterStore(seed: seed, dtype: dtype, device: device)
        let root = store.root
        let width = configuration.hiddenSize
        let projections = TokenProjections(
            root, widths: (configuration.videoWidth, configuration.textWidth), outputs: width,
            layers: configuration.projectionLayers, dropout: configuration.inputDropout)
        videoProjection = projections.video
        textProjection = projections.text
        encoder = TransformerEncoder(
            root / "transformer" / "encoder", layers: configuration.encoderLayers, width: width,
            heads: configuration.heads, hidden: configuration.feedForwardSize, dropout: configuration.dropout)
        decoder = TransformerDecoder(
            root / "transformer" / "decoder", layers: configuration.decoderLayers, width: width,
            heads: configuration.heads, hidden: configuration.feedForwardSize, dropout: configuration.dropout)
        queries = Embedding(root / "query_embed", configuration.queryCount, width)
        classes = Linear(root / "class_embed", width, 2)
        spans = MLP(root / "span_embed", inputs: width, hidden: width, outputs: 2, layers: 3)
        saliency = Linear(root / "saliency_proj", width, 1)
        // Words get no positions, but every published checkpoint has these.
        _ = TrainablePosition(root / "txt_position_embed", limit: configuration.maxWords, width: width)
    }

    /// Everything that the losses and the answers are made of.
    ///
    /// - Parameters:
    ///   - batch: Clips and words as wide as the configuration says: B×L×D_v and B×N×D_t.
    ///   - everyLayer: Whether the predictions of all decoder layers are wanted, or of the last one only.
    public func forward(_ batch: Batch, everyLayer: Bool = true) -> MomentDETROutput {
        let input = TrimmedBatch(batch, maxWords: configuration.maxWords, dtype: store.dtype, device: store.device)
        let video = videoProjection(input.video)
        let tokens = Tensor.concatenated([video, textProjection(input.text)], 1)
        let clips = video.size(1)
        let position = SinePosition.encode(mask: input.videoMask, width: configuration.hiddenSize, dtype: store.dtype)
            .padded([0, 0, 0, input.text.size(1)])
        let memory = encoder(tokens, position: position, mask: input.tokenPadding)
        let start = Tensor.zeros(
            [batch.count, configuration.queryCount, configuration.hiddenSize], dtype: store.dtype, device: store.device)
        let outputs = decoder(
            start, memory: memory, queryPosition: queries.weight.unsqueezed(0), memoryPosition: position,
            memoryMask: input.tokenPadding)
        return MomentDETROutput(
            layers: (everyLayer ? outputs[...] : outputs.suffix(1)).map {
                QueryPredictions(logits: classes($0), spans: spans($0).sigmoid())
            },
            saliency: saliency(memory.slice(1, 0, clips)).squeezed(-1))
    }

    /// The weighted losses: `label`, `span`, `giou` and `saliency`, and for each earlier decoder layer `label_0` and so on.
    ///
    /// In training the easy pairs of clips of the saliency loss are drawn, else they are each query's first ones.
    ///
    /// - Precondition: The batch has targets.
    public func loss(_ batch: Batch) -> Loss {
        let output = shared(batch) { forward($0, everyLayer: configuration.usesAuxiliaryLosses) }
        return MomentDETRLoss(configuration)(output, batch, random: lossRandom)
    }

    /// Ranked moments and saliency of each query, without dropout and without recording gradients.
    public func ground(_ batch: Batch) -> [Grounding] {
        answering {
            let output = forward(batch, everyLayer: false)
            return configuration.decoding(output.layers[0], saliency: output.saliency, batch)
        }
    }
}

/// What a Moment-DETR says about a batch.
public struct MomentDETROutput {
    /// Of the decoder's layers, the last one last.
    public let layers: [QueryPredictions]
    /// B×L; of no meaning beyond a video's own clips.
    public let saliency: Tensor
}

extension MomentDETROutput: RowOutput {
    /// All rows.
    public func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> MomentDETROutput {
        MomentDETROutput(layers: layers.map { $0.whole(batch, all) }, saliency: all(saliency))
    }
}
