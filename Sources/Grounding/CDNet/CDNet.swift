import Batches
import Torch

/// CDNet: "Disentangle and Denoise: Tackling Context Misalignment for Video Moment Retrieval" (arXiv 2408.07600).
///
/// Clips and words are projected to one size. The disentanglement (section 3.1) weighs each clip by how much it has to do
/// with the sentence, the denoising (section 3.2) looks again at points that move to where the sentence is, and the localizer
/// with its heads (section 3.3) says for each clip whether it lies in a moment and where that begins and ends.
///
///     let model = try CDNet(.small(videoWidth: 2818, textWidth: 512), seed: 1)
///     model.store.isTraining = true
///     model.loss(batch).total.backward()
///     let answers = model.ground(batch)
///
/// A video's output does not depend on what it is batched with.
public final class CDNet: GroundingModel {
    /// The choices that it was made with.
    public let configuration: CDNetConfiguration
    /// Parameters; see `GroundingModel`.
    public let store: ParameterStore
    /// Clips to V.
    public let videoProjection: InputProjection
    /// Words to T.
    public let textProjection: InputProjection
    /// Section 3.1.
    public let disentanglement: SemanticDisentanglement
    /// Section 3.2; nil where it is switched off.
    public let denoising: DynamicDenoising?
    /// e_video and e_text, 2×d.
    public let types: Embedding
    /// The transformer over clips and words of section 3.3.
    public let localizer: TransformerEncoder
    /// Confidence and boundaries.
    public let heads: MomentHeads

    /// Makes a model with first values that depend on the seed alone.
    ///
    /// - Throws: `ConfigurationError` for a configuration that cannot be.
    public init(
        _ configuration: CDNetConfiguration, seed: UInt64 = 0, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        store = ParameterStore(seed: seed, dtype: dtype, device: device)
        let root = store.root
        let width = configuration.hiddenSize
        let projections = TokenProjections(
            root, names: ("video_projection", "text_projection"),
            widths: (configuration.videoWidth, configuration.textWidth),
            outputs: width, layers: configuration.projectionLayers, dropout: configuration.inputDropout)
        videoProjection = projections.video
        textProjection = projections.text
        disentanglement = SemanticDisentanglement(root / "disentanglement", configuration)
        denoising = configuration.usesDenoising ? DynamicDenoising(root / "denoising", configuration) : nil
        types = Embedding(root / "types", 2, width, weights: .normal(deviation: 0.02))
        localizer = TransformerEncoder(
            root / "localizer", layers: configuration.localizerLayers, width: width, heads: configuration.heads,
            hidden: configuration.feedForwardSize, dropout: configuration.dropout)
        heads = MomentHeads(root / "heads", configuration)
    }

    /// Everything that the losses and the answers are made of.
    public func forward(_ batch: Batch) -> CDNetOutput {
        let input = TrimmedBatch(batch, maxWords: configuration.maxWords, dtype: store.dtype, device: store.device)
        let video = videoProjection(input.video).withoutPadding(input.videoPadding)
        let text = textProjection(input.text).withoutPadding(input.textPadding)
        let position = SinePosition.encode(mask: input.videoMask, width: configuration.hiddenSize, dtype: store.dtype)

        let disentangled = disentanglement(
            video, text, position: configuration.contextPosition ? position : nil, videoMask: input.videoPadding,
            textMask: input.textPadding)
        let denoised = denoising?(
            batch, disentangled.video, context: disentangled.context, relevance: disentangled.relevance)
        let located = locate(denoised?.video ?? disentangled.video, text, position: position, input)
        let (logits, boundaries) = heads(located, mask: input.videoPadding)

        let centers = ClipCenters(batch, clips: video.size(1), dtype: store.dtype, device: store.device)
        return CDNetOutput(
            logits: logits, boundaries: boundaries, spans: centers.spans(boundaries), video: video,
            query: disentangled.query, wordsByClip: disentangled.wordsByClip, relevance: disentangled.relevance,
            points: denoised?.points, mask: input.videoPadding, centers: centers)
    }

    /// The localizer over [V′ + e_video ; T + e_text]: the clips' part of its output, B×L×d.
    private func locate(_ video: Tensor, _ text: Tensor, position: Tensor, _ input: TrimmedBatch) -> Tensor {
        let tokens = Tensor.concatenated([video + types.weight[0], text + types.weight[1]], 1)
        let positions = Tensor.concatenated([position, text.zerosLike()], 1)
        return localizer(tokens, position: positions, mask: input.tokenPadding).slice(1, 0, video.size(1))
    }

    /// The loss of eq. 17 and its parts: `focal`, `smooth_l1`, `giou`, `intra`, `inter`, `token`, as far as they are used.
    ///
    /// - Precondition: The batch has targets.
    public func loss(_ batch: Batch) -> Loss {
        CDNetLoss(configuration)(shared(batch, forward), batch, random: lossRandom)
    }

    /// With the dense assignment; matching reads the answers.
    public func canRecordLoss(of batch: Batch) -> Bool { configuration.assignment == .dense }

    /// Ranked moments, saliency and relevance of each query, without dropout and without recording gradients.
    public func ground(_ batch: Batch) -> [Grounding] {
        answering { CDNetDecoding(configuration)(forward(batch), batch) }
    }
}
