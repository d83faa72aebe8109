/// Every choice of an XML (Lei et al., "TVR: A Large-Scale Dataset for Video-Subtitle Moment Retrieval", ECCV 2020), as one
/// value.
///
/// The first values are those of the published code, but for what a moment may be: there it has 2 to 16 clips and nothing
/// is suppressed. As a baseline on QVHighlights (in the paper of Moment-DETR) it goes without subtitles, and a
/// stronger form, XML+, has a loss on saliency as well: `saliencyWeight` 1. In a file any field may be left out,
/// but for the two widths of the features. A field that does not exist is an error.
public struct XMLConfiguration: Hashable, Sendable {
    // MARK: Features

    /// Numbers a clip comes with, those of the subtitles included.
    public var videoWidth: Int
    /// Numbers a word comes with.
    public var textWidth: Int
    /// How many of a clip's numbers, from the last, are of its subtitles; 0 for the picture alone.
    ///
    /// Temporal endpoints would come after them: `data: { temporalEndpoints: false }`.
    public var subtitleWidth = 0
    /// Words (tokens) of a sentence that are read; the rest is cut.
    public var maxWords = 32
    /// Clips that there are learned positions for; clips beyond share the last one.
    public var maxClips = 100

    // MARK: Size

    /// Hidden size d.
    public var hiddenSize = 256
    /// Heads of every attention.
    public var heads = 4
    /// Clips that the detectors of starts and ends see; odd.
    public var boundaryKernel = 5

    // MARK: Regularisation

    /// Dropout in the projections of clips and words, and of their positions.
    public var inputDropout = 0.1
    /// Dropout in the encoders.
    public var dropout = 0.1

    // MARK: Losses

    /// Weight of the cross entropy of starts and ends.
    public var boundaryWeight = 0.01
    /// Weight of the ranking of a sentence's own video above another one.
    public var videoRankingWeight = 1.0
    /// Weight of the ranking of a video's own sentence above another one.
    public var sentenceRankingWeight = 1.0
    /// By how much the own one is to be ahead.
    public var rankingMargin = 0.1
    /// The other one is drawn from so many of the batch that score highest; 0 to draw from all.
    public var hardPool = 0
    /// Weight of the hinge loss on saliency: 0 for XML, 1 for XML+.
    public var saliencyWeight = 0.0
    /// The margin of the hinge loss.
    public var saliencyMargin = 0.2

    // MARK: Answers

    /// Clips that a moment has at most.
    public var longestMoment = 75
    /// Clips that a moment has at least.
    public var shortestMoment = 1
    /// A moment that overlaps a better one by more than this IoU is dropped; 1 keeps all.
    public var nmsThreshold = 0.7
    /// Moments that a query gets at most.
    public var momentCount = 10

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
            ("boundaryKernel", boundaryKernel), ("longestMoment", longestMoment), ("shortestMoment", shortestMoment),
            ("momentCount", momentCount),
        ]
        for (field, value) in sizes { try ConfigurationError.positive(field, value) }
        try ConfigurationError.width(hiddenSize, heads: heads)
        try ConfigurationError.require(
            boundaryKernel % 2 == 1, "boundaryKernel", boundaryKernel, "it must be odd, so that a clip is in the middle"
        )
        try ConfigurationError.require(
            shortestMoment <= longestMoment, "shortestMoment", shortestMoment,
            "it must not be greater than longestMoment, which is \(longestMoment)")
        try ConfigurationError.require(subtitleWidth >= 0, "subtitleWidth", subtitleWidth, "it must be at least 0")
        try ConfigurationError.require(hardPool >= 0, "hardPool", hardPool, "it must be at least 0")
        try ConfigurationError.rate("inputDropout", inputDropout)
        try ConfigurationError.rate("dropout", dropout)
        let weights = [
            ("boundaryWeight", boundaryWeight), ("videoRankingWeight", videoRankingWeight),
            ("sentenceRankingWeight", sentenceRankingWeight), ("rankingMargin", rankingMargin),
            ("saliencyWeight", saliencyWeight), ("saliencyMargin", saliencyMargin),
        ]
        for (field, value) in weights { try ConfigurationError.atLeastZero(field, value) }
        try ConfigurationError.overlap("nmsThreshold", nmsThreshold)
    }
}

extension XMLConfiguration: Codable {}
