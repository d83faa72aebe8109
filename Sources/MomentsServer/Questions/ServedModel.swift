import Batches
import Coding
import Finding
import Grounding
import Torch
import VideoLibrary

/// What clients are told of a model.
public struct ModelCard: Codable, Hashable, Sendable {
    /// Whether anything was trained.
    public enum Kind: String, Codable, Sendable {
        /// Encoders alone.
        case zeroShot = "zero-shot"
        /// A trained model.
        case trained
    }

    /// What it is asked by.
    public var name: String
    /// Whether anything was trained.
    public var kind: Kind
    /// `calibrated`, `uncalibrated` or `fixed rule`.
    public var scores: String
    /// What a score means, in a sentence.
    public var scoreMeaning: String
    /// Whether scores are probabilities.
    public var calibrated: Bool
    /// Whether it was trained on simulated features.
    public var simulated: Bool
    /// The least score of a confident moment, where a request names none; nil for none.
    @Nullable public var threshold: Double?

    /// Describes a model.
    public init(
        name: String, kind: Kind, scores: String, scoreMeaning: String, calibrated: Bool, simulated: Bool,
        threshold: Double?
    ) {
        self.name = name
        self.kind = kind
        self.scores = scores
        self.scoreMeaning = scoreMeaning
        self.calibrated = calibrated
        self.simulated = simulated
        self.threshold = threshold
    }
}

/// A sentence as its encoder gives it.
public struct SentenceFeatures: Sendable {
    /// One row a token: N×width.
    public let words: Tensor
    /// The sentence as one vector, in the space of the videos' clips.
    public let pooled: Tensor

    /// Takes features as they are.
    public init(words: Tensor, pooled: Tensor) {
        self.words = words
        self.pooled = pooled
    }
}

/// Encodes sentences, many at a time.
public protocol SentenceEncoder: AnyObject {
    /// Sentences' features, in their order. A sentence's numbers must not depend on those beside it.
    ///
    /// A sentence has `maxTokens` tokens at most; longer ones are cut.
    func encode(_ sentences: [String], maxTokens: Int) throws -> [SentenceFeatures]
}

/// A moment with all that is known of its score.
public struct ServedMoment: Hashable, Sendable {
    /// Where it lies, in seconds of the video.
    public var span: Span
    /// 0…1, as ``ModelCard/scoreMeaning`` says.
    public var score: Double
    /// A trained model's own confidence, before calibration.
    public var confidence: Double?
    /// What the confidence was made from.
    public var logit: Double?
    /// The cosine behind the score, where nothing was trained.
    public var cosine: Double?

    /// Describes a moment.
    public init(
        _ span: Span, score: Double, confidence: Double? = nil, logit: Double? = nil, cosine: Double? = nil
    ) {
        self.span = span
        self.score = score
        self.confidence = confidence
        self.logit = logit
        self.cosine = cosine
    }
}

/// What a model says of a whole video.
public struct ServedAnswer: Sendable {
    /// Best first.
    public var moments: [ServedMoment]
    /// Seconds a clip; longer than the video's own where the model wants long videos sampled.
    public var clipLength: Double
    /// How well each clip fits, 0…1; nil for a model that does not say.
    public var relevance: [Double]?
    /// The clips' highlight scores.
    public var saliency: [Double]

    /// Joins an answer.
    public init(moments: [ServedMoment], clipLength: Double, relevance: [Double]?, saliency: [Double]) {
        self.moments = moments
        self.clipLength = clipLength
        self.relevance = relevance
        self.saliency = saliency
    }
}

/// A model that clients may choose. It is asked by one thread at a time.
public protocol ServedModel: AnyObject {
    /// What clients are told of it.
    var card: ModelCard { get }
    /// Tokens of a sentence at most.
    var maxTokens: Int { get }

    /// What it says of a video.
    ///
    /// - Throws: ``ModelRefusal`` where the video was encoded otherwise than the model needs.
    func answer(_ video: EncodedVideo, sentence: String, features: SentenceFeatures) throws -> ServedAnswer

    /// Itself as the second stage of a search; its moments' scores are those before ``served(_:)``.
    ///
    /// - Throws: ``ModelRefusal``.
    func grounder(sentence: String, features: SentenceFeatures) throws -> any StretchGrounder

    /// A moment that its grounder found, with the score that clients see.
    func served(_ moment: RankedMoment) -> ServedMoment
}
