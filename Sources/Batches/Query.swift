/// A sentence asked of a video, as a row of a batch knows it.
public struct Query: Hashable, Sendable {
    /// The annotation's qid, as text.
    public let id: String
    /// The sentence.
    public let text: String
    /// The video's name.
    public let video: String
    /// The video's length in seconds, as annotated.
    public let duration: Double
    /// Length of a clip in seconds.
    public let clipLength: Double

    /// Makes a query.
    public init(id: String, text: String, video: String, duration: Double, clipLength: Double) {
        self.id = id
        self.text = text
        self.video = video
        self.duration = duration
        self.clipLength = clipLength
    }
}
