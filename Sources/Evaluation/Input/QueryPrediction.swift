/// What a model answers to one query.
public struct QueryPrediction: Hashable, Sendable {
    /// The query's identifier. Identifiers are compared as texts, so a caller with numbers and texts writes
    /// them such that `1` and `"1"` differ where they should.
    public var id: String
    /// Moments, best first: the first is the one that R1 judges, whatever the scores say.
    public var windows: [RankedWindow]?
    /// Saliency of every clip of the video, from the first on.
    public var saliency: [Double]?
    /// The line that it was read from, for messages.
    public var line: Int?

    /// An answer; nothing is checked.
    public init(id: String, windows: [RankedWindow]? = nil, saliency: [Double]? = nil, line: Int? = nil) {
        self.id = id
        self.windows = windows
        self.saliency = saliency
        self.line = line
    }
}
