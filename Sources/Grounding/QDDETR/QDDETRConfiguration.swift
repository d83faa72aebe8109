/// Every choice of a QD-DETR (Moon et al., "Query-Dependent Video Representation for Moment Retrieval and Highlight
/// Detection", CVPR 2023), as one value.
///
/// The first values are those of the published model for QVHighlights. In a file any field may be left out, but for the
/// two widths of the features. A field that does not exist is an error.
///
///     var configuration = QDDETRConfiguration(videoWidth: 2818, textWidth: 512)
///     configuration.mixesAttentionMasks = false
///     let model = try QDDETR(configuration, seed: 2018)
public struct QDDETRConfiguration: Hashable, Sendable {
    // MARK: Features

    /// Numbers a clip comes with: 2818 on QVHighlights (SlowFast 2304, CLIP 512, temporal endpoints 2). With sound its
    /// features are columns like the others.
    public var videoWidth: Int
    /// Numbers a word comes with: 512, CLIP's text encoder.
    public var textWidth: Int
    /// Words (tokens) of a sentence that are read; the rest is cut.
    public var maxWords = 32

    // MARK: Size

    /// Hidden size d.
    public var hiddenSize = 256
    /// Heads of every attention.
    public var heads = 8
    /// Layers of the projections of clips and of words to the hidden size.
    public var projectionLayers = 2
    /// Layers in which clips look at words, and again layers of the encoder over clips.
    public var encoderLayers = 2
    /// Layers of the decoder over the moment queries.
    public var decoderLayers = 2
    /// Inner width of the feed-forward networks.
    public var feedForwardSize = 1024
    /// Moment queries: so many moments are predicted.
    public var queryCount = 10

    // MARK: Faithfulness

    /// Whether a clip's view of the words is masked as in the published code, which mixes up the rows of a batch.
    ///
    /// There the masks lie head by head, but are read row by row: head h of row b gets those of row (b·heads + h) mod B,
    /// beside its own. So in a batch of videos of several lengths some clips miss the last words of their sentence, and a
    /// video's output depends on what it is batched with. Checkpoints were trained, and their figures measured, so;
    /// hence it is the default. `false` gives each row its own masks: the output is then that of the video alone, at no
    /// cost in time. A batch of one, or of equal lengths, is the same either way.
    public var mixesAttentionMasks = true

    // MARK: Regularisation

    /// Dropout in the projections of clips and words.
    public var inputDropout = 0.5
    /// Dropout in the encoders and the decoder.
    public var dropout = 0.1

    // MARK: Losses

    /// Weight of the cross entropy of foreground and background.
    public var labelWeight = 4.0
    /// Weight of the L1 distance of centres and widths.
    public var spanWeight = 10.0
    /// Weight of 1 − gIoU.
    public var giouWeight = 1.0
    /// Weight of each of the three losses on saliency.
    public var saliencyWeight = 1.0
    /// The margin of the hinge loss on saliency.
    public var saliencyMargin = 0.2
    /// What the background counts in the cross entropy, as a share of the foreground.
    public var backgroundWeight = 0.1
    /// Whether every decoder layer has the losses of moments, not only the last.
    public var usesAuxiliaryLosses = true
    /// Weight of the foreground's probability in the cost of a match.
    public var matchingClassCost = 4.0
    /// Weight of the L1 distance in the cost of a match.
    public var matchingL1Cost = 10.0
    /// Weight of −gIoU in the cost of a match.
    public var matchingGIoUCost = 1.0

    // MARK: Answers

    /// Moments are clamped to this many seconds: 150, the length of QVHighlights' videos. 0 takes each video's own, and is what a
    /// training's configuration has where it says nothing.
    public var timeLimit = 150.0
    /// Whether a moment's ends are rounded to whole clips. Moments may become empty, and equal to each other.
    public var roundsToClips = true

    /// The published choices for features of the given widths.
    public init(videoWidth: Int, textWidth: Int) {
        self.videoWidth = videoWidth
        self.textWidth = textWidth
    }
}

extension QDDETRConfiguration: MomentQueryConfiguration {
    /// Checks every field.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws {
        try validateMomentQueries()
        // Half of the size is for the sines of a reference point's centre, half for its width.
        try ConfigurationError.require(hiddenSize % 4 == 0, "hiddenSize", hiddenSize, "it must be a multiple of 4")
    }
}

extension QDDETRConfiguration: Codable {}
