import Foundation

/// What was found in one video for one sentence, along one time axis: the relevance of each clip, the ranked moments,
/// and the ground truth where it is known.
///
/// Curves have one value a clip; clip `i` lasts from `i · clipLength` to `(i + 1) · clipLength` seconds. Values that are
/// not finite leave a gap. Spans are cut to the video; those outside it are not drawn.
public struct TimelinePlot: Plot {
    /// A span of time in seconds, with a score if it was predicted.
    public struct Span: Sendable, Equatable {
        /// Where it begins, in seconds.
        public var start: Double
        /// Where it ends, in seconds.
        public var end: Double
        /// How sure the model was; nil for the ground truth.
        public var score: Double?

        /// A span from `start` to `end` seconds.
        public init(start: Double, end: Double, score: Double? = nil) {
            self.start = start
            self.end = end
            self.score = score
        }
    }

    /// A small picture of the video.
    public struct Thumbnail: Sendable, Equatable {
        /// From when to when it stands for the video, in seconds.
        public var start, end: Double
        /// The bytes of a JPEG file.
        public var jpeg: Data

        /// A picture for the time from `start` to `end` seconds.
        public init(start: Double, end: Double, jpeg: Data) {
            self.start = start
            self.end = end
            self.jpeg = jpeg
        }
    }

    /// The sentence. Long ones are wrapped.
    public var title: String
    /// A remark under the title, for example `simulated features`.
    public var subtitle: String?
    /// The video's length in seconds.
    public var duration: Double
    /// The length of a clip in seconds.
    public var clipLength: Double
    /// How well each clip fits the sentence, 0 to 1; values outside are drawn at the edge.
    public var relevance: [Double]
    /// The highlight score of each clip on any scale; drawn between its own least and greatest value.
    public var saliency: [Double]
    /// Predicted moments, the best first.
    public var moments: [Span]
    /// The moments that annotators marked.
    public var groundTruth: [Span]
    /// Pictures of the video, drawn above the curves.
    public var thumbnails: [Thumbnail]

    /// A timeline; whatever is left empty is not drawn.
    public init(
        title: String, subtitle: String? = nil, duration: Double, clipLength: Double = 2, relevance: [Double] = [],
        saliency: [Double] = [], moments: [Span] = [], groundTruth: [Span] = [], thumbnails: [Thumbnail] = []
    ) {
        self.title = title
        self.subtitle = subtitle
        self.duration = duration
        self.clipLength = clipLength
        self.relevance = relevance
        self.saliency = saliency
        self.moments = moments
        self.groundTruth = groundTruth
        self.thumbnails = thumbnails
    }

    /// The equal pieces of a video that a row of thumbnails shows, as many as have room.
    ///
    /// - Parameters:
    ///   - duration: The video's length in seconds.
    ///   - aspect: The width of the video's pictures divided by their height.
    ///   - width: The page's width in pixels.
    public static func thumbnailSpans(duration: Double, aspect: Double, width: Int = 840) -> [Range<Double>] {
        guard duration.isFinite, duration > 0, aspect.isFinite, aspect > 0 else { return [] }
        let room = Double(max(240, width)) - 82
        let count = min(24, max(1, Int((room / (TimelineDrawing.thumbnailHeight * aspect)).rounded())))
        return (0..<count).map {
            duration * Double($0) / Double(count)..<duration * Double($0 + 1) / Double(count)
        }
    }

    /// The SVG document, laid out for a page of this width in pixels.
    public func svg(width: Int) -> String {
        var drawing = TimelineDrawing(self, width: width)
        return drawing.document()
    }
}
