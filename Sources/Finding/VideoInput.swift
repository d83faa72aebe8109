import Datasets
import Torch

/// A whole video as a model's features: normalised and concatenated, not cut, without temporal endpoints.
public struct VideoInput: Sendable {
    /// The video's name.
    public let name: String
    /// Seconds of video.
    public let duration: Double
    /// Seconds a clip; longer than the recipe's where the model wants long videos sampled.
    public let clipLength: Double
    /// L×D.
    public let clips: Tensor

    /// Takes features as they are.
    public init(name: String, duration: Double, clipLength: Double, clips: Tensor) {
        precondition(clips.rank == 2 && clips.size(0) > 0, "clips × width, not \(clips.shape)")
        self.name = name
        self.duration = duration
        self.clipLength = clipLength
        self.clips = clips
    }

    /// Reads features that were opened with `FeatureRecipe.wholeVideo`.
    ///
    /// - Throws: `FeatureError` where a number is not finite or a file turns out to be damaged.
    public init(_ features: VideoFeatures, name: String, duration: Double) throws {
        self.init(
            name: name, duration: duration, clipLength: features.clipLength, clips: try features.clips.tensor())
    }

    /// What a model wants of an encoded video.
    ///
    /// A component is found by its name, else by its encoder; with neither known to both, by its place.
    ///
    /// - Throws: `FeatureMismatch` where the model was made for other encoders, weights, widths or clips, and `FeatureError`
    ///   where a number is not finite.
    public init(_ video: EncodedVideo, name: String, recipe: FeatureRecipe) throws {
        let chosen = recipe.video.enumerated().compactMap { place, wanted in
            video[wanted.name] ?? video.components.first { $0.encoder == wanted.encoder }
                ?? (recipe.video.count == video.components.count ? video.components[place] : nil)
        }
        var own = recipe
        own.video = chosen.map(\.description)
        own.clipLength = video.clipLength
        own.simulated = false
        try recipe.accept(own)
        let features = VideoFeatures(
            chosen.map { ($0.name, $0.features) }, settings: recipe.wholeVideo, video: name)
        try self.init(features, name: name, duration: video.duration)
    }

    /// Clips.
    public var clipCount: Int { clips.size(0) }
}

extension FeatureRecipe {
    /// How features are opened that are to be cut into windows: as in training, but whole and without temporal endpoints,
    /// which every window gets of its own. Where the model wants long videos sampled, they are.
    public var wholeVideo: FeatureSettings {
        FeatureSettings(
            clipLength: clipLength, maxClips: longVideos == .sample ? maxClips : nil, longVideos: longVideos,
            temporalEndpoints: false, normalised: normalised, maxWords: maxWords)
    }
}
