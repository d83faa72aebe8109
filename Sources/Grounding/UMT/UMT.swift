import Batches
import Torch

/// UMT (Liu et al., CVPR 2022): picture and sound are fused, and the sentence makes a query of every clip.
///
/// Each modality has an encoder of its own; a bottleneck of a few tokens lets them see each other. From the fused clips the
/// words make one query a clip, and a decoder turns it into saliency, a moment's centre and its length. Parameters have
/// the published names, so a published checkpoint loads as it is.
///
///     var configuration = UMTConfiguration(videoWidth: 2816 + 2048, textWidth: 512)
///     configuration.audioWidth = 2048
///     let model = try UMT(configuration, seed: 1)
public final class UMT: GroundingModel {
    /// The choices that it was made with.
    public let configuration: UMTConfiguration
    /// Parameters; see `GroundingModel`.
    public let store: ParameterStore
    private let picture: UniModalEncoder
    private let sound: UniModalEncoder?
    private let fusion: BottleneckEncoder?
    private let words: (dropout: Dropout, mapping: Linear, norm: LayerNorm, attention: SplitAttention, output: Dropout)
    private let decoder: [DecoderLayer]
    private let decoderNorm: LayerNorm
    private let positions: (queries: ClipPositions, clips: ClipPositions)
    private let heads: UMTHeads

    /// Makes a model with first values that depend on the seed alone.
    ///
    /// - Throws: `ConfigurationError` for a configuration that cannot be.
    public init(
        _ configuration: UMTConfiguration, seed: UInt64 = 0, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        try configuration.validate()
        try ConfigurationError.require(
            configuration.audioWidth < configuration.videoWidth, "audioWidth", configuration.audioWidth,
            "it must leave some of the \(configuration.videoWidth) numbers of a clip to the picture")
        self.configuration = configuration
        store = ParameterStore(seed: seed, dtype: dtype, device: device)
        let root = store.root
        let parts = UMTParts(configuration)
        let maxClips = configuration.maxClips
        func encoder(_ name: String, _ inputs: Int) -> UniModalEncoder {
            UniModalEncoder(
                root / name, inputs: inputs, dropout: configuration.inputDropout, maxClips: maxClips, parts)
        }
        picture = encoder("video_enc", configuration.videoWidth - configuration.audioWidth)
        if configuration.audioWidth > 0 {
            sound = encoder("audio_enc", configuration.audioWidth)
            fusion = BottleneckEncoder(
                root / "cross_enc", tokens: configuration.bottleneckTokens, layers: configuration.bottleneckLayers,
                maxClips: maxClips, parts)
        } else {
            (sound, fusion) = (nil, nil)
        }
        let generator = root / "query_gen"
        words = (
            dropout: Dropout(generator, configuration.queryDropout),
            // A norm follows, so that there is no bias.
            mapping: parts.linear(generator / "mapping", configuration.textWidth, parts.width, bias: false),
            norm: LayerNorm(generator / "mapping" / "norm", parts.width),
            attention: parts.attention(generator / "encoder"), output: Dropout(generator, configuration.dropout)
        )
        let decoding = root / "query_dec"
        decoder = (0..<configuration.decoderLayers).map { parts.decoderLayer(decoding / "decoder" / $0) }
        decoderNorm = LayerNorm(decoding / "norm", parts.width)
        positions = (
            queries: parts.positions(decoding / "q_pos_enc", limit: maxClips),
            clips: parts.positions(decoding / "k_pos_enc", limit: maxClips)
        )
        heads = UMTHeads(root / "pred_head", configuration, parts)
    }

    /// The clips on their way: after the encoders, as queries, after the decoder. Each is B×L×d.
    public struct Stages {
        /// Picture and sound together, or the picture alone.
        public let clips: Tensor
        /// What the words make of each clip.
        public let queries: Tensor
        /// What the heads see.
        public let decoded: Tensor
    }

    /// Everything that the losses and the answers are made of.
    public func forward(_ batch: Batch) -> UMTOutput {
        let input = trimmed(batch)
        return heads(stages(input).decoded, mask: input.videoMask)
    }

    /// What a forward pass computes before its heads.
    public func stages(_ batch: Batch) -> Stages { stages(trimmed(batch)) }

    private func trimmed(_ batch: Batch) -> TrimmedBatch {
        TrimmedBatch(batch, maxWords: configuration.maxWords, dtype: store.dtype, device: store.device)
    }

    private func stages(_ input: TrimmedBatch) -> Stages {
        let mask = input.videoPadding
        let border = configuration.videoWidth - configuration.audioWidth
        var clips = picture(input.video.slice(2, 0, border), mask: mask)
        if let sound, let fusion {
            clips = fusion(clips, sound(input.video.slice(2, border, configuration.videoWidth), mask: mask), mask: mask)
        }
        let text = words.norm(words.mapping(words.dropout(input.text)))
        let queries = words.output(words.attention(query: clips, key: text, value: text, mask: input.textPadding))
        let own = configuration.decoderSeesPadding ? nil : mask
        let (queryPosition, clipPosition) = (positions.queries(for: queries), positions.clips(for: queries))
        let decoded = decoder.reduce(queries) {
            $1(
                $0, memory: clips, queryPosition: queryPosition, memoryPosition: clipPosition, memoryMask: own,
                queryMask: own)
        }
        return Stages(clips: clips, queries: queries, decoded: decoderNorm(decoded))
    }

    /// The weighted losses: `saliency`, `center`, `window` and `offset`, as far as they are predicted.
    ///
    /// - Precondition: The batch has targets.
    public func loss(_ batch: Batch) -> Loss { UMTLoss(configuration)(shared(batch, forward), batch) }

    /// Ranked moments and saliency of each query, without dropout and without recording gradients.
    public func ground(_ batch: Batch) -> [Grounding] {
        answering { UMTDecoding(configuration)(forward(batch), batch) }
    }
}
