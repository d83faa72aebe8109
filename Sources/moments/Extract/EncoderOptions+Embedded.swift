import Downloads
import EmbeddedModels
import Foundation
import Training

/// When the models of the package serve: where they are named, and where nothing is named and nothing was downloaded.
extension EncoderOptions {
    /// Whether no weights are named and none were downloaded.
    ///
    /// Both encoders or neither: real CLIP does not go with a SlowFast of the small world.
    var takesEmbedded: Bool {
        let cache = DownloadCache()
        return clip == nil && slowfast == nil
            && [Catalogue.clip, Catalogue.slowFast].allSatisfy { cache.mainFile(of: $0) == nil }
    }

    /// Whether CLIP is the package's own.
    var areEmbedded: Bool { takesEmbedded || clip.map(Self.namesEmbedded) == true }

    /// The trained model to ask: the one that is given, or the package's own where its encoders are taken; nil for CLIP alone.
    /// The package's own model brings its encoders.
    mutating func model(_ given: String?) throws -> TrainedModel? {
        let isEmbedded = given.map(Self.namesEmbedded) ?? areEmbedded
        guard isEmbedded else { return try given.map(Self.trained) }
        if given == nil { tellOfEmbedded() }
        (clip, slowfast) = (clip ?? EmbeddedModels.name, slowfast ?? EmbeddedModels.name)
        return try TrainedModel(at: EmbeddedModels.cdnet.path)
    }

    /// A run's folder, a checkpoint, or the package's own model by its name.
    static func trained(_ place: String) throws -> TrainedModel {
        try TrainedModel(at: namesEmbedded(place) ? EmbeddedModels.cdnet.path : place)
    }

    /// Says that these are models for trying, where nobody asked for them.
    func tellOfEmbedded() {
        guard takesEmbedded else { return }
        tell(
            "No weights are named or downloaded: \(EmbeddedModels.name) serves, which knows drawn things only. "
                + "For real videos: `moments download \(Catalogue.clip)`.")
    }

    /// A path of that name counts before the name.
    private static func namesEmbedded(_ text: String) -> Bool {
        text == EmbeddedModels.name && !FileManager.default.fileExists(atPath: text)
    }
}
