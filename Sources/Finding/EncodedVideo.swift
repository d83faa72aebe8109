import Datasets
import Torch

/// A video as its encoders see it: all that is needed to ask it anything, and no pixels.
///
/// The numbers are the encoders' own, neither normalised nor cut, without temporal endpoints: models differ in what they
/// want of them, see ``VideoInput``.
public struct EncodedVideo: Sendable {
    /// One encoder's features.
    public struct Component: Sendable {
        /// What it is called in recipes, such as `clip`.
        public let name: String
        /// The encoder's identifier, such as `clip-vit-b-32`.
        public let encoder: String
        /// The hash of the encoder's weights; nil where nobody knows it.
        public let weights: String?
        /// L×D, `float32`, on the CPU: one row a clip.
        public let features: Tensor

        /// Names features.
        public init(name: String, encoder: String, weights: String?, features: Tensor) {
            precondition(
                features.rank == 2 && features.dtype == .float32 && features.size(0) > 0,
                "features are clips × width in float32, not \(features.dtype) \(features.shape)")
            self.name = name
            self.encoder = encoder
            self.weights = weights
            self.features = features
        }

        /// How a recipe describes it.
        public var description: FeatureRecipe.Component {
            FeatureRecipe.Component(name: name, width: features.size(1), encoder: encoder, weights: weights)
        }
    }

    /// Seconds of video.
    public let duration: Double
    /// Seconds a clip.
    public let clipLength: Double
    /// One or several encoders' features. Where they differ in length, a model gets the clips that all have.
    public let components: [Component]

    /// Joins features of one video.
    public init(duration: Double, clipLength: Double, components: [Component]) {
        precondition(
            duration > 0 && duration.isFinite && clipLength > 0 && clipLength.isFinite && !components.isEmpty,
            "an encoded video has a duration, a clip length, and at least one kind of features")
        self.duration = duration
        self.clipLength = clipLength
        self.components = components
    }

    /// Clips that every component has.
    public var clipCount: Int { components.map { $0.features.size(0) }.min() ?? 0 }

    /// What a cache knows an encoded video by: all that its features depend on. This is the one place that makes it.
    ///
    /// - Parameters:
    ///   - video: The hash of the file's content.
    ///   - encoders: What each encoder is: its name, the hash of its weights, its precision where that changes numbers.
    ///   - clipLength: Seconds a clip, as a fraction.
    public static func key(video: String, encoders: [String], clipLength: String) -> String {
        ([video] + encoders + [clipLength, "frames \(framesVersion)"]).joined(separator: "\n")
    }

    /// Grows when frames are chosen, scaled or rounded in another way, so that features made before are not taken for new.
    private static let framesVersion = 1

    /// The component of a name.
    public subscript(name: String) -> Component? { components.first { $0.name == name } }
}
