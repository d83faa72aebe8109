/// What a model's input features are. It travels in checkpoints and packs.
public struct FeatureRecipe: Codable, Hashable, Sendable {
    /// One kind of features.
    public struct Component: Codable, Hashable, Sendable {
        /// What it is called, such as `clip`.
        public var name: String
        /// Numbers a row.
        public var width: Int
        /// The encoder, where it is known.
        public var encoder: String?
        /// The hash of the encoder's weights, where it is known.
        public var weights: String?

        /// Makes a component.
        public init(name: String, width: Int, encoder: String? = nil, weights: String? = nil) {
            self.name = name
            self.width = width
            self.encoder = encoder
            self.weights = weights
        }
    }

    /// The kinds of video features, in the order in which they are concatenated.
    public var video: [Component]
    /// The words' features.
    public var text: Component
    /// The width of a sentence's one vector; nil where there is none.
    public var pooledWidth: Int?
    /// Seconds a clip.
    public var clipLength: Double
    /// The most clips; nil for no limit.
    public var maxClips: Int?
    /// What becomes of longer videos.
    public var longVideos: LongVideos
    /// Whether the last two columns say where a clip begins and ends in the video.
    public var temporalEndpoints: Bool
    /// Whether each kind is L2-normalised on its own.
    public var normalised: Bool
    /// The most words; nil for no limit.
    public var maxWords: Int?
    /// Whether the features were computed from annotations: results are none of the data set's.
    public var simulated: Bool

    /// Makes a recipe.
    public init(
        video: [Component], text: Component, pooledWidth: Int? = nil, settings: FeatureSettings = FeatureSettings(),
        simulated: Bool = false
    ) {
        self.video = video
        self.text = text
        self.pooledWidth = pooledWidth
        clipLength = settings.clipLength
        maxClips = settings.maxClips
        longVideos = settings.longVideos
        temporalEndpoints = settings.temporalEndpoints
        normalised = settings.normalised
        maxWords = settings.maxWords
        self.simulated = simulated
    }

    /// Columns of a video's features: all kinds, and two endpoints where they are added.
    public var videoWidth: Int { video.reduce(0) { $0 + $1.width } + (temporalEndpoints ? 2 : 0) }

    /// Columns of a word's features.
    public var textWidth: Int { text.width }

    /// Clips by a video's duration in seconds, which may be any number: as the field's evaluators count, and not more
    /// than the most.
    func expectedClips(duration: Double) -> Int {
        let clips = duration / clipLength
        return min(clips > 0 ? Int(min(clips, 1e9)) : 0, maxClips ?? .max)
    }
}

/// One thing in which two recipes differ.
public struct FeatureDifference: Hashable, Sendable, CustomStringConvertible {
    /// What differs.
    public let what: String
    /// How it is in the one recipe.
    public let here: String
    /// How it is in the other.
    public let there: String
    /// Whether a model for the one gets nonsense from the other. Names and limits do no such harm.
    public let isFatal: Bool

    /// `clip length: 2.0 s, not 1.0 s`.
    public var description: String { "\(what): \(here), not \(there)" }
}

extension FeatureRecipe {
    /// In what this recipe differs from another; empty where in nothing.
    ///
    /// Encoders and hashes are compared only where both recipes know them.
    public func differences(from other: FeatureRecipe) -> [FeatureDifference] {
        var found: [FeatureDifference] = []
        func compare<Value: Equatable>(
            _ what: String, _ here: Value, _ there: Value, fatal: Bool, _ say: (Value) -> String
        ) {
            if here != there {
                found.append(FeatureDifference(what: what, here: say(here), there: say(there), isFatal: fatal))
            }
        }
        func known(_ what: String, _ here: String?, _ there: String?) {
            if let here, let there { compare(what, here, there, fatal: true) { $0 } }
        }
        func limit(_ number: Int?) -> String { number.map(String.init) ?? "no limit" }
        func yesNo(_ flag: Bool) -> String { flag ? "yes" : "no" }

        compare("simulated features", simulated, other.simulated, fatal: true, yesNo)
        compare("widths of the video features", video.map(\.width), other.video.map(\.width), fatal: true) {
            $0.map(String.init).joined(separator: " + ")
        }
        compare("names of the video features", video.map(\.name), other.video.map(\.name), fatal: false) {
            $0.joined(separator: " + ")
        }
        for (mine, theirs) in zip(video, other.video) {
            known("encoder of \(mine.name)", mine.encoder, theirs.encoder)
            known("weights of \(mine.name)", mine.weights, theirs.weights)
        }
        compare("width of the text features", text.width, other.text.width, fatal: true) { String($0) }
        compare("name of the text features", text.name, other.text.name, fatal: false) { $0 }
        known("encoder of the text", text.encoder, other.text.encoder)
        known("weights of the text's encoder", text.weights, other.text.weights)
        compare("width of the pooled text", pooledWidth, other.pooledWidth, fatal: false) {
            $0.map(String.init) ?? "none"
        }
        compare("clip length", clipLength, other.clipLength, fatal: true) { "\($0) s" }
        compare("temporal endpoints", temporalEndpoints, other.temporalEndpoints, fatal: true, yesNo)
        compare("normalised", normalised, other.normalised, fatal: true, yesNo)
        compare("most clips", maxClips, other.maxClips, fatal: false, limit)
        compare("longer videos", longVideos, other.longVideos, fatal: false) { $0.rawValue }
        compare("most words", maxWords, other.maxWords, fatal: false, limit)
        return found
    }

    /// Throws ``FeatureMismatch`` where a model for this recipe would get nonsense from features of the other.
    public func accept(_ other: FeatureRecipe) throws {
        let fatal = differences(from: other).filter(\.isFatal)
        if !fatal.isEmpty { throw FeatureMismatch(differences: fatal) }
    }
}

/// Features are not those that a model was made for.
public struct FeatureMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    /// In what they differ; the model's own comes first.
    public let differences: [FeatureDifference]

    /// One line a difference.
    public var description: String {
        "The model was made for other features. It needs\n"
            + differences.map { "  \($0)" }.joined(separator: "\n")
    }
}
