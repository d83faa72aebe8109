import Batches
import Torch

/// QD-DETR (Moon et al., CVPR 2023): a Moment-DETR whose clips look at the words first.
///
/// Clips take from the words in cross attention, a global token joins them in the encoder and judges their saliency, and
/// moment queries with refined reference points look at the clips. In training every video also meets another query's
/// sentence, beside which no clip is to be salient. Parameters have the published names, so a published checkpoint loads
/// as it is.
///
///     let model = try QDDETR(QDDETRConfiguration(videoWidth: 2818, textWidth: 512), seed: 2018)
///     model.store.isTraining = true
///     model.loss(batch).total.backward()
public final class QDDETR: GroundingModel {
    /// The choices that it was made with.
    public let configuration: QDDETRConfiguration
    /// Parameters; see `GroundingModel`.
    public let store: ParameterStore
    /// Clips to the hidden size.
    public let videoProjection: InputProjection
    /// Words to the hidden size.
    public let textProjection: InputProjection
    /// Clips take from the words.
    public let textToVideo: [TextToVideoLayer]
    /// Over the global token, then the clips.
    public let encoder: TransformerEncoder
    /// Over the moment queries.
    public let decoder: ConditionalDecoder
    /// The queries' first reference points before the sigmoid, queries×2.
    public let queries: Embedding
    /// Foreground (class 0) or background (class 1).
    public let classes: Linear
    /// What is added to a query's reference point, before the sigmoid.
    public let spans: MLP
    /// Of a clip, for its saliency.
    public let clipSaliency: Linear
    /// Of the global token, for the clips' saliency.
    public let globalSaliency: Linear
    /// The global token and its position, d each.
    public let global: (token: Tensor, position: Tensor)

    /// Makes a model with first values that depend on the seed alone.
    ///
    /// - Throws: `ConfigurationError` for a configuration that cannot be.
    public init(
        _ configuration: QDDETRConfiguration, seed: UInt64 = 0, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        store = ParameterStore(seed: seed, dtype: dtype, device: device)
        let root = store.root
        let (width, heads, hidden) = (
            configuration.hiddenSize, configuration.heads, configuration.feedForwardSize
        )
        let projections = TokenProjections(
            root, widths: (configuration.videoWidth, configuration.textWidth), outputs: width,
            layers: configuration.projectionLayers, dropout: configuration.inputDropout)
        videoProjection = projections.video
        textProjection = projections.text
        let transformer = root / "transformer"
        textToVideo = (0..<configuration.encoderLayers).map {
            TextToVideoLayer(
                transformer / "t2v_encoder" / "layers" / $0, width: width, heads: heads, hidden: hidden,
                dropout: configuration.dropout)
        }
        encoder = TransformerEncoder(
            transformer / "encoder", layers: configuration.encoderLayers, width: width, heads: heads, hidden: hidden,
            dropout: configuration.dropout, activation: .prelu)
        decoder = ConditionalDecoder(
            transformer / "decoder", layers: configuration.decoderLayers, width: width, heads: heads, hidden: hidden,
            dropout: configuration.dropout)
        queries = Embedding(root / "query_embed", configuration.queryCount, 2)
        classes = Linear(root / "class_embed", width, 2)
        spans = MLP(root / "span_embed", inputs: width, hidden: width, outputs: 2, layers: 3)
        clipSaliency = Linear(root / "saliency_proj1", width, width)
        globalSaliency = Linear(root / "saliency_proj2", width, width)
        global = (
            token: root.parameter("global_rep_token", [width], .normal(deviation: 1)),
            position: root.parameter("global_rep_pos", [width], .normal(deviation: 1))
        )
        // Words get no positions, but every published checkpoint has these.
        _ = TrainablePosition(root / "txt_position_embed", limit: configuration.maxWords, width: width)
    }

    /// Everything that the losses and the answers are made of.
    ///
    /// - Parameters:
    ///   - batch: Clips and words as wide as the configuration says: B×L×D_v and B×N×D_t.
    ///   - everyLayer: Whether the predictions of all decoder layers are wanted, or of the last one only.
    ///   - negatives: Whether the clips also meet the next row's sentence. In a batch of one that is their own.
    public func forward(_ batch: Batch, everyLayer: Bool = true, negatives: Bool = true) -> QDDETROutput {
        let input = TrimmedBatch(batch, maxWords: configuration.maxWords, dtype: store.dtype, device: store.device)
        let position = SinePosition.encode(mask: input.videoMask, width: configuration.hiddenSize, dtype: store.dtype)
        let clips = videoProjection(input.video)
        let words = textProjection(input.text)
        let memory = encode(clips, words, input.wholePadding.text, position, input)
        let other =
            negatives
            ? encode(
                clips, store.followingRows(words), input.wholePadding.text?.rolled(-1, 0), position, input) : nil
        let outputs = decoder(
            ConditionalDecoder.Memory(clips: memory.clips, position: position, mask: input.videoPadding),
            points: queries.weight)
        return QDDETROutput(
            layers: (everyLayer ? outputs[...] : outputs.suffix(1)).map {
                QueryPredictions(
                    logits: classes($0.queries), spans: (spans($0.queries) + $0.reference.logit()).sigmoid())
            },
            saliency: saliency(memory), negativeSaliency: other.map(saliency), mask: input.videoMask)
    }

    /// Clips after they have seen the words and each other, and the global token.
    private typealias Encoded = (clips: Tensor, global: Tensor)

    /// - Parameter wordPadding: Of all rows of the batch, also where the others are only a part of it.
    private func encode(
        _ clips: Tensor, _ words: Tensor, _ wordPadding: Tensor?, _ position: Tensor, _ input: TrimmedBatch
    ) -> Encoded {
        let (rows, length, width) = (clips.size(0), clips.size(1), clips.size(2))
        let masks = WordMask(clips: input.wholePadding.video, words: wordPadding)
        let wholeMask =
            configuration.mixesAttentionMasks ? masks.mixedRows(heads: configuration.heads) : masks.ownRows
        let mask = wholeMask.map(store.ownRows)
        let informed = textToVideo.reduce(clips) { $1($0, position: position, words: words, mask: mask) }
        func first(_ vector: Tensor, _ others: Tensor) -> Tensor {
            .concatenated([vector.reshaped(1, 1, width).expanded(rows, 1, width), others], 1)
        }
        let own = input.videoPadding.map { Tensor.concatenated([$0.slice(1, 0, 1).onesLike(), $0], 1) }
        let encoded = encoder(
            first(global.token, informed), position: first(global.position, position), mask: own)
        return (encoded.slice(1, 1, length + 1), encoded.entry(0, 1))
    }

    /// Σ P₁(clip) ⊙ P₂(global) / √d: B×L.
    private func saliency(_ encoded: Encoded) -> Tensor {
        let scale = 1 / Double(configuration.hiddenSize).squareRoot()
        return clipSaliency(encoded.clips).matmul(globalSaliency(encoded.global).unsqueezed(-1)).squeezed(-1) * scale
    }

    /// The weighted losses: `label`, `span`, `giou`, `saliency`, `rank` and `negative`, and for each earlier decoder layer
    /// `label_0` and so on.
    ///
    /// In training the easy pairs of clips of the hinge loss are drawn, else they are each query's first ones.
    ///
    /// - Precondition: The batch has targets.
    public func loss(_ batch: Batch) -> Loss {
        let output = shared(batch) { forward($0, everyLayer: configuration.usesAuxiliaryLosses) }
        return QDDETRLoss(configuration)(output, batch, random: lossRandom)
    }

    /// Ranked moments and saliency of each query, without dropout and without recording gradients.
    public func ground(_ batch: Batch) -> [Grounding] {
        answering {
            let output = forward(batch, everyLayer: false, negatives: false)
            return configuration.decoding(output.layers[0], saliency: output.saliency, batch)
        }
    }
}

/// What a QD-DETR says about a batch.
public struct QDDETROutput {
    /// Of the decoder's layers, the last one last.
    public let layers: [QueryPredictions]
    /// B×L; of no meaning beyond a video's own clips.
    public let saliency: Tensor
    /// B×L: the saliency of each clip beside the next row's sentence; nil where it was not asked for.
    public let negativeSaliency: Tensor?
    /// B×L, `bool`: true for a video's own clips.
    public let mask: Tensor
}

extension QDDETROutput: RowOutput {
    /// All rows.
    public func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> QDDETROutput {
        QDDETROutput(
            layers: layers.map { $0.whole(batch, all) }, saliency: all(saliency),
            negativeSaliency: negativeSaliency.map(all), mask: all(mask))
    }
}
