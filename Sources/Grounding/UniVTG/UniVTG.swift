import Batches
import Torch

/// UniVTG (Lin et al., ICCV 2023): every clip says whether it lies in a moment, how far its ends are, and how salient it is.
///
/// Clips and words see each other in one encoder; convolutions along the clips make foreground and distances. Saliency is
/// the cosine between a clip and the pooled sentence before the encoder. Parameters have the published names, so a
/// published checkpoint loads as it is.
///
///     let model = try UniVTG(UniVTGConfiguration(videoWidth: 2818, textWidth: 512), seed: 2018)
///     model.store.isTraining = true
///     model.loss(batch).total.backward()
public final class UniVTG: GroundingModel {
    /// The choices that it was made with.
    public let configuration: UniVTGConfiguration
    /// Parameters; see `GroundingModel`.
    public let store: ParameterStore
    /// Clips to the hidden size.
    public let videoProjection: InputProjection
    /// Words to the hidden size.
    public let textProjection: InputProjection
    /// Of a word (0) and of a clip (1), 2×d.
    public let types: Embedding
    /// Over clips, then words.
    public let encoder: TransformerEncoder
    /// Whether a clip lies in a moment, before the sigmoid.
    public let foreground: ConvolutionHead
    /// How far a moment's ends are, before the sigmoid.
    public let distances: ConvolutionHead
    /// One vector for a sentence.
    public let pooling: QueryPooling

    /// Makes a model with first values that depend on the seed alone.
    ///
    /// - Throws: `ConfigurationError` for a configuration that cannot be.
    public init(
        _ configuration: UniVTGConfiguration, seed: UInt64 = 0, dtype: DType = .float32, device: Device = .cpu
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
        types = Embedding(root / "token_type_embeddings", 2, width, weights: .normal(deviation: 0.02))
        encoder = TransformerEncoder(
            root / "transformer" / "encoder", layers: configuration.encoderLayers, width: width,
            heads: configuration.heads, hidden: configuration.feedForwardSize, dropout: configuration.dropout,
            activation: .gelu, dropPath: configuration.dropPath, branchDropout: 0)
        func head(_ name: String, _ outputs: Int) -> ConvolutionHead {
            ConvolutionHead(
                root / name, width: width, outputs: outputs, layers: configuration.headLayers,
                kernel: configuration.headKernel)
        }
        foreground = head("class_embed", 1)
        distances = head("span_embed", 2)
        pooling = QueryPooling(root / "weightedpool", width: width)
        // Words get no positions, but every published checkpoint has these.
        _ = TrainablePosition(root / "txt_position_embed", limit: configuration.maxWords, width: width)
    }

    /// Everything that the losses and the answers are made of.
    public func forward(_ batch: Batch) -> UniVTGOutput {
        let input = TrimmedBatch(batch, maxWords: configuration.maxWords, dtype: store.dtype, device: store.device)
        let video = videoProjection(input.video) + types.weight[1]
        let text = textProjection(input.text) + types.weight[0]
        let position = SinePosition.encode(mask: input.videoMask, width: configuration.hiddenSize, dtype: store.dtype)
            .padded([0, 0, 0, text.size(1)])
        let memory = encoder(.concatenated([video, text], 1), position: position, mask: input.tokenPadding)
            .slice(1, 0, input.clips)
        let mask = configuration.headsSeePadding ? nil : input.videoPadding
        let anchors = ClipAnchors(
            batch, clips: input.clips, anchor: configuration.anchor, dtype: store.dtype, device: store.device)
        // −1 and 1.
        let outwards = Tensor.range(0..<2, dtype: store.dtype, device: store.device) * 2 - 1
        let sentences = pooling(text, mask: input.textPadding)
        let isPadding = (.!input.videoMask).to(store.dtype)
        return UniVTGOutput(
            logits: foreground(memory, mask: mask).squeezed(-1),
            spans: anchors.tensor.unsqueezed(-1) + distances(memory, mask: mask).sigmoid() * outwards,
            saliency: clipSimilarity(video, sentences) + isPadding * SaliencyInfoNCE.exclusion, video: video,
            sentences: sentences, mask: input.videoMask, anchors: anchors)
    }

    /// The weighted losses: `smooth_l1`, `giou`, `foreground`, `inter` and `intra`.
    ///
    /// In training the salient clips of the contrasts are drawn, else they are each query's first ones.
    ///
    /// - Precondition: The batch has targets.
    public func loss(_ batch: Batch) -> Loss {
        UniVTGLoss(configuration)(shared(batch, forward), batch, random: lossRandom)
    }

    /// Where every query has a salient clip: others are left out of the contrasts, and how many there are is not known before.
    /// Heads that see padding must see no more of it than they would.
    public func canRecordLoss(of batch: Batch) -> Bool {
        guard let targets = batch.targets else { return false }
        if configuration.headsSeePadding, batch.fixedSize?.clips != batch.clipCounts.max() { return false }
        guard targets.saliency != nil else { return targets.moments.allSatisfy { !$0.isEmpty } }
        return targets.inMoment.any(1).bools().allSatisfy { $0 }
    }

    /// Ranked moments and saliency of each query, without dropout and without recording gradients.
    public func ground(_ batch: Batch) -> [Grounding] {
        answering { UniVTGDecoding(configuration)(forward(batch), batch) }
    }
}

/// What a UniVTG says about a batch.
public struct UniVTGOutput {
    /// B×L: whether a clip lies in a moment, before the sigmoid.
    public let logits: Tensor
    /// B×L×2: each clip's moment, (start, end) as shares of the video, not yet clamped to it.
    public let spans: Tensor
    /// B×L: the cosine of clip and sentence; far below −1 beyond a video's own clips, as in the reference.
    public let saliency: Tensor
    /// B×L×d: the clips before the encoder, with their type.
    public let video: Tensor
    /// B×d: the pooled sentences.
    public let sentences: Tensor
    /// B×L, `bool`: true for a video's own clips.
    public let mask: Tensor
    /// Where the clips are.
    let anchors: ClipAnchors

    /// What the heads are to say for moments in seconds.
    public func targets(_ moments: [[Span]], _ batch: Batch) -> UniVTGTargets {
        UniVTGTargets(moments, batch, anchors)
    }

    /// B×L: the points that distances are measured from; 0 beyond a video's own clips.
    public var places: Tensor { anchors.tensor }
}

extension UniVTGOutput: RowOutput {
    /// All rows.
    public func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> UniVTGOutput {
        UniVTGOutput(
            logits: all(logits), spans: all(spans), saliency: all(saliency), video: all(video),
            sentences: all(sentences), mask: all(mask), anchors: anchors.of(batch))
    }
}
