import Annotations
import Coding
import Datasets
import Evaluation

extension AnnotationFormat: Codable {}
extension Benchmark: Codable {}

/// Where annotations and features lie, and how features become a model's input.
public struct DataConfiguration: ConfigurationBlock, Hashable {
    /// How predictions are measured: `qvhighlights` (also for data of one's own), `charades-sta`, `tacos`, …
    public var benchmark = Benchmark.qvhighlights
    /// The annotations' format; nil to tell it from the file.
    public var format: AnnotationFormat?
    /// The one domain whose videos count, of TVSum or YouTube Highlights; nil for all.
    public var domain: String?
    /// Annotations to learn from.
    public var train = ""
    /// Annotations to choose the best checkpoint by; nil to train without.
    public var val: String?
    /// Annotations that nothing is chosen by.
    public var test: String?
    /// The table of durations that the text form of Charades-STA needs.
    public var durations: String?
    /// Feature directories or HDF5 files of videos, concatenated in this order.
    public var video: [String] = []
    /// Feature directory or HDF5 file of sentences.
    public var text = ""
    /// One packed file in place of `video` and `text`, as `moments pack` writes it. Clip length, most clips and words
    /// and temporal endpoints are then those that it was packed with; what the configuration says otherwise is refused.
    public var pack: String?
    /// Seconds a clip.
    public var clipLength = 2.0
    /// Clips of a video that are kept; nil for all.
    public var maxClips: Int?
    /// What becomes of longer videos: `cut`, or `sample` to see all of them with longer clips.
    public var longVideos = LongVideos.cut
    /// Words (tokens) of a sentence that are kept; nil for all.
    @Nullable public var maxWords: Int? = 32
    /// Whether each clip's start and end, as shares of the video, are appended to its features.
    public var temporalEndpoints = true
    /// Whether each kind of features is divided by its rows' L2 norms; nil for yes. The published UMT was trained without.
    public var normalised: Bool?
    /// Moments of a query that are learned from in an epoch; nil for all.
    public var maxMoments: Int?
    /// Seconds a clip of the annotations' `relevant_clip_ids`.
    public var annotatedClipLength = 2.0
    /// Whether wrong lines of annotations are passed over instead of ending the run.
    public var skipsBadLines = false
    /// How closely all features are looked at before training begins: `none`, `exists`, `headers` or `values`.
    public var check = FeatureCheckDepth.headers
    /// Whether the features are simulated; every table and log then says so.
    public var simulated = false

    /// The defaults.
    public init() {}

    mutating func mapPaths(_ transform: (String) -> String) {
        train = transform(train)
        val = val.map(transform)
        test = test.map(transform)
        durations = durations.map(transform)
        video = video.map(transform)
        text = transform(text)
        pack = pack.map(transform)
    }
}
