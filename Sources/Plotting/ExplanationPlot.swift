/// Why models answered as they did, on one time axis: ground truth, each model's moments, and of models that can say more,
/// the scores of the clips, which words the clips looked at, and where the sampled points moved (the paper's Figures 4 (a) and 5).
///
/// Clip `i` lasts from `i · clipLength` to `(i + 1) · clipLength` seconds. Values that are not finite leave a gap.
public struct ExplanationPlot: Plot {
    /// A named curve with one value a clip, 0…1.
    public struct Scores: Sendable, Equatable {
        /// What it is: `relevance S`.
        public var name: String
        /// One value a clip.
        public var values: [Double]

        /// Names values.
        public init(_ name: String, _ values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    /// Which words each clip looked at.
    public struct Attention: Sendable, Equatable {
        /// The words, or what stands for them.
        public var words: [String]
        /// For each clip a share for each word.
        public var shares: [[Double]]

        /// Words with their shares, clip by clip.
        public init(words: [String], shares: [[Double]]) {
            self.words = words
            self.shares = shares
        }
    }

    /// A point that was moved. Seconds.
    public struct Point: Sendable, Equatable {
        /// Where it started.
        public var from: Double
        /// Where it came to.
        public var to: Double

        /// A point's way.
        public init(from: Double, to: Double) {
            self.from = from
            self.to = to
        }
    }

    /// What one model says.
    public struct Model: Sendable, Equatable {
        /// The model's name.
        public var name: String
        /// Moments, best first.
        public var moments: [TimelinePlot.Span]
        /// Curves over the clips.
        public var scores: [Scores]
        /// Attention to the words.
        public var attention: Attention?
        /// Points that were sampled.
        public var points: [Point]

        /// A model with as much as it can say.
        public init(
            name: String, moments: [TimelinePlot.Span], scores: [Scores] = [], attention: Attention? = nil,
            points: [Point] = []
        ) {
            self.name = name
            self.moments = moments
            self.scores = scores
            self.attention = attention
            self.points = points
        }
    }

    /// The sentence.
    public var title: String
    /// A remark under it.
    public var subtitle: String?
    /// The video's length in seconds.
    public var duration: Double
    /// Seconds a clip.
    public var clipLength: Double
    /// Annotated moments.
    public var groundTruth: [TimelinePlot.Span]
    /// From top to bottom.
    public var models: [Model]

    /// Puts a plot together.
    public init(
        title: String, subtitle: String? = nil, duration: Double, clipLength: Double,
        groundTruth: [TimelinePlot.Span] = [], models: [Model]
    ) {
        self.title = title
        self.subtitle = subtitle
        self.duration = duration
        self.clipLength = clipLength
        self.groundTruth = groundTruth
        self.models = models
    }

    /// The SVG document, laid out for a page of this width in pixels.
    public func svg(width: Int) -> String {
        var drawing = ExplanationDrawing(self, width: width)
        return drawing.document()
    }
}
