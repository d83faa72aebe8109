import Grounding

/// A moment of one of a library's videos.
public struct LibraryHit: Hashable, Sendable {
    /// The video's content hash.
    public let video: String
    /// Files with this content, by path; the first is the one to show.
    public let paths: [String]
    /// The video's length in seconds.
    public let duration: Double
    /// Where in the video, and how sure.
    public let moment: RankedMoment
    /// The greatest cosine of a clip in the moment's neighbourhood with the sentence: what made it a candidate.
    public let cosine: Double
}

/// What answers about a stretch of a video: the second stage of a search.
public protocol StretchGrounder {
    /// Clips that it takes in one stretch; nil for any number.
    var longestStretch: Int? { get }

    /// The moments of a stretch, in seconds from its beginning, best first.
    func moments(in video: EncodedStretch) throws -> [RankedMoment]
}
