/// Where in a clip the point lies from which a UniVTG measures the distances to a moment's ends.
public enum ClipAnchor: String, Hashable, Sendable, Codable, CaseIterable {
    /// (i + clip length in seconds / 2) / L, as the published code has it. With clips of 2 s, as in QVHighlights, that is
    /// clip i's end; with clips of 1 s its middle.
    case published
    /// (i + ½) / L, the middle of clip i.
    case middle
}

/// What a UniVTG's highlight scores are made of.
public enum UniVTGHighlights: String, Hashable, Sendable, Codable, CaseIterable {
    /// The saliency alone.
    case saliency
    /// Saliency and foreground probability added up, as the published script for QVHighlights does (`eval_mode=add`).
    case sum
}

/// Every choice of a UniVTG (Lin et al., "UniVTG: Towards Unified Video-Language Temporal Grounding", ICCV 2023), as one
/// value.
///
/// The first values are those of the published script for QVHighlights. In a file any field may be left out, but for the
/// two widths of the features. A field that does not exist is an error.
public struct UniVTGConfiguration: Hashable, Sendable {
    // MARK: Features

    /// Numbers a clip comes with: 2818 on QVHighlights (SlowFast 2304, CLIP 512, temporal endpoints 2).
    public var videoWidth: Int
    /// Numbers a word comes with: 512, CLIP's text encoder.
    public var textWidth: Int
    /// Words (tokens) of a sentence that are read; the rest is cut.
    public var maxWords = 75

    // MARK: Size

    /// Hidden size d.
    public var hiddenSize = 1024
    /// Heads of every attention.
    public var heads = 8
    /// Layers of the projections of clips and of words to the hidden size.
    public var projectionLayers = 2
    /// Layers of the encoder over clips and words.
    public var encoderLayers = 4
    /// Inner width of the feed-forward networks.
    public var feedForwardSize = 1024
    /// Convolutions of each head.
    public var headLayers = 3
    /// Clips that a head's convolution sees at once; odd.
    public var headKernel = 3

    // MARK: Faithfulness

    /// Whether the heads' convolutions see what the encoder makes of padding, as in the published code.
    ///
    /// The last clips of a shorter video (as many as half of a kernel a layer) then change with the batch it is in, and a
    /// video alone is answered differently than the checkpoint was trained and measured. `false` shows zeros beyond a
    /// video's own clips, as a video alone or the longest of a batch sees them: answers no longer depend on the batch.
    public var headsSeePadding = true
    /// Where in a clip distances are measured from. A checkpoint has learned its own: with the other its moments lie half a
    /// clip (1 s in QVHighlights) off.
    public var anchor = ClipAnchor.published

    // MARK: Regularisation

    /// Dropout in the projections of clips and words.
    public var inputDropout = 0.5
    /// Dropout on the encoder's attention weights; there is none elsewhere in it.
    public var dropout = 0.0
    /// Share of samples that skip a branch of the encoder in training.
    public var dropPath = 0.1

    // MARK: Losses

    /// Weight of the smooth L1 distance of a moment's ends.
    public var boundaryWeight = 10.0
    /// Weight of 1 − gIoU.
    public var giouWeight = 1.0
    /// Weight of the cross entropy of foreground and background.
    public var foregroundWeight = 10.0
    /// What a clip outside of moments counts in the cross entropy, as a share of one inside.
    public var backgroundWeight = 0.1
    /// Weight of the contrast between videos.
    public var interWeight = 0.01
    /// Weight of the contrast within a video.
    public var intraWeight = 0.05
    /// τ of both contrasts.
    public var temperature = 0.07

    // MARK: Answers

    /// A moment that overlaps a better one by more than this IoU is dropped; 1 keeps all.
    public var nmsThreshold = 0.7
    /// Moments that a query gets at most.
    public var momentCount = 10
    /// Whether a moment's ends are rounded to whole clips.
    public var roundsToClips = false
    /// What highlight scores are made of.
    public var highlights = UniVTGHighlights.sum

    /// The published choices for features of the given widths.
    public init(videoWidth: Int, textWidth: Int) {
        self.videoWidth = videoWidth
        self.textWidth = textWidth
    }

    /// Checks every field.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws {
        let sizes = [
            ("videoWidth", videoWidth), ("textWidth", textWidth), ("maxWords", maxWords),
            ("projectionLayers", projectionLayers), ("encoderLayers", encoderLayers),
            ("feedForwardSize", feedForwardSize), ("headLayers", headLayers), ("headKernel", headKernel),
            ("momentCount", momentCount),
        ]
        for (field, value) in sizes { try ConfigurationError.positive(field, value) }
        try ConfigurationError.width(hiddenSize, heads: heads)
        try ConfigurationError.require(
            headKernel % 2 == 1, "headKernel", headKernel, "it must be odd, so that a clip is in the middle")
        for (field, rate) in [("inputDropout", inputDropout), ("dropout", dropout), ("dropPath", dropPath)] {
            try ConfigurationError.rate(field, rate)
        }
        let weights = [
            ("boundaryWeight", boundaryWeight), ("giouWeight", giouWeight), ("foregroundWeight", foregroundWeight),
            ("backgroundWeight", backgroundWeight), ("interWeight", interWeight), ("intraWeight", intraWeight),
        ]
        for (field, value) in weights { try ConfigurationError.atLeastZero(field, value) }
        try ConfigurationError.positive("temperature", temperature)
        try ConfigurationError.overlap("nmsThreshold", nmsThreshold)
    }
}

extension UniVTGConfiguration: Codable {}
