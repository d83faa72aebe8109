/// How features become a model's input.
public struct FeatureSettings: Codable, Hashable, Sendable {
    /// Seconds a clip: 2 in QVHighlights and TACoS, often 1 in Charades-STA.
    public var clipLength: Double
    /// The most clips a video has; nil for no limit. 75 in QVHighlights.
    public var maxClips: Int?
    /// What becomes of a video with more clips than that.
    public var longVideos: LongVideos
    /// Whether two columns are added: where a clip begins and ends, as parts of the video.
    public var temporalEndpoints: Bool
    /// Whether each kind of features is divided by its rows' L2 norms + 1e-5, before concatenation.
    public var normalised: Bool
    /// The most words (tokens) a sentence has; nil for no limit. 32 in the field.
    public var maxWords: Int?
    /// The part of the clips expected by the duration that must be there; else the features count as too short.
    public var leastCoverage: Double
    /// Whether the checksums of `.npz` members are compared at every reading, which costs most of the time.
    public var verifiesChecksums: Bool

    /// Settings as for QVHighlights.
    public init(
        clipLength: Double = 2, maxClips: Int? = 75, longVideos: LongVideos = .cut, temporalEndpoints: Bool = true,
        normalised: Bool = true, maxWords: Int? = 32, leastCoverage: Double = 0.5, verifiesChecksums: Bool = false
    ) {
        self.clipLength = clipLength
        self.maxClips = maxClips
        self.longVideos = longVideos
        self.temporalEndpoints = temporalEndpoints
        self.normalised = normalised
        self.maxWords = maxWords
        self.leastCoverage = leastCoverage
        self.verifiesChecksums = verifiesChecksums
    }
}

/// What becomes of a video with more clips than the most.
public enum LongVideos: String, Codable, Hashable, Sendable, CaseIterable {
    /// The first clips stay, the rest is dropped: what the code of Moment-DETR and its kin does.
    case cut
    /// Clip i is the mean of the features i·L/M ..< (i+1)·L/M (rounded), as the codes for Charades-STA and TACoS
    /// since 2D-TAN do it; clips become longer, so that the whole video is seen.
    case sample
}
