/// Every choice of a UMT (Liu et al., "UMT: Unified Multi-modal Transformers for Joint Video Moment Retrieval and
/// Highlight Detection", CVPR 2022), as one value.
///
/// The first values are those of the published model for QVHighlights, but for its sound: `audioWidth` is 2048 there. In
/// a file any field may be left out, but for the two widths of the features. A field that does not exist is an error.
///
/// The published features are not normalised and have no temporal endpoints: `data: { normalised: false,
/// temporalEndpoints: false }`.
public struct UMTConfiguration: Hashable, Sendable {
    // MARK: Features

    /// Numbers a clip comes with, sound included.
    public var videoWidth: Int
    /// Numbers a word comes with: 512, CLIP's text encoder.
    public var textWidth: Int
    /// How many of a clip's numbers, from the last, are of the sound, or of whatever the second modality is. 0 for the
    /// picture alone: then nothing is fused.
    public var audioWidth = 0
    /// Words (tokens) of a sentence that are read; the rest is cut.
    public var maxWords = 32
    /// Clips that there are learned positions for.
    public var maxClips = 5000

    // MARK: Size

    /// Hidden size d.
    public var hiddenSize = 256
    /// Heads of every attention.
    public var heads = 8
    /// Inner width of the feed-forward networks.
    public var feedForwardSize = 1024
    /// Tokens through which picture and sound see each other.
    public var bottleneckTokens = 4
    /// Layers of the bottleneck.
    public var bottleneckLayers = 1
    /// Layers of the decoder over the clips' queries.
    public var decoderLayers = 3
    /// Whether clips get a saliency.
    public var predictsSaliency = true
    /// Whether clips get a moment: as its centre, with its length.
    public var predictsMoments = true

    // MARK: Faithfulness

    /// Whether the decoder sees padding, and moments may end beyond a shorter video, as in the published code.
    ///
    /// There the decoder has no mask, so that in training, where videos of a batch differ in length, clips attend to what
    /// padding became; the published figures are measured one video at a time, where nothing is padded. So with `true` a
    /// query's answer depends on what it is batched with, and equals the published one in a batch of one. With `false`
    /// it equals that one in every batch.
    public var decoderSeesPadding = true

    // MARK: Regularisation

    /// Dropout of the features of clips.
    public var inputDropout = 0.5
    /// Dropout of the features of words.
    public var queryDropout = 0.3
    /// Dropout in the encoders, the bottleneck and the decoder, and of the positions.
    public var dropout = 0.1

    // MARK: Losses

    /// Weight of the cross entropy of saliency.
    public var saliencyWeight = 3.0
    /// Weight of the focal loss of centres.
    public var centerWeight = 1.0
    /// Weight of the L1 distance of lengths.
    public var windowWeight = 0.1
    /// Weight of the L1 distance of the centres' fractions of a clip.
    public var offsetWeight = 1.0
    /// Radius of a centre's peak as a share of its moment's length.
    public var radiusFactor = 0.2
    /// Deviation of a centre's peak as a share of its radius and the centre.
    public var sigmaFactor = 0.2

    // MARK: Answers

    /// A moment that overlaps a better one by more than this IoU is dropped; 1 keeps all, as published for QVHighlights.
    public var nmsThreshold = 1.0
    /// Moments that a query gets at most.
    public var momentCount = 100

    /// The published choices for features of the given widths.
    public init(videoWidth: Int, textWidth: Int) {
        self.videoWidth = videoWidth
        self.textWidth = textWidth
    }

    /// Checks every field, but for what depends on the features.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws {
        let sizes = [
            ("videoWidth", videoWidth), ("textWidth", textWidth), ("maxWords", maxWords), ("maxClips", maxClips),
            ("feedForwardSize", feedForwardSize), ("bottleneckTokens", bottleneckTokens),
            ("bottleneckLayers", bottleneckLayers), ("decoderLayers", decoderLayers), ("momentCount", momentCount),
        ]
        for (field, value) in sizes { try ConfigurationError.positive(field, value) }
        try ConfigurationError.require(audioWidth >= 0, "audioWidth", audioWidth, "it must be at least 0")
        try ConfigurationError.width(hiddenSize, heads: heads)
        try ConfigurationError.require(
            predictsSaliency || predictsMoments, "predictsMoments", predictsMoments,
            "one of predictsSaliency and predictsMoments must hold")
        for (field, rate) in [("inputDropout", inputDropout), ("queryDropout", queryDropout), ("dropout", dropout)] {
            try ConfigurationError.rate(field, rate)
        }
        let weights = [
            ("saliencyWeight", saliencyWeight), ("centerWeight", centerWeight), ("windowWeight", windowWeight),
            ("offsetWeight", offsetWeight), ("radiusFactor", radiusFactor),
        ]
        for (field, value) in weights { try ConfigurationError.atLeastZero(field, value) }
        try ConfigurationError.positive("sigmaFactor", sigmaFactor)
        try ConfigurationError.overlap("nmsThreshold", nmsThreshold)
    }
}

extension UMTConfiguration: Codable {}
