import Encoders
import Foundation
import Media
import TensorFiles
import Torch

/// A folder of feature files that one recipe made.
struct ExtractedFeatures {
    /// What became of a video.
    enum Outcome {
        /// Its files are there.
        case present
        /// Rows of each kind, seconds, and spans that could not be decoded.
        case written(clips: [(name: String, count: Int)], duration: Double, gaps: [Range<Double>])
    }

    let folder: URL
    let kinds: [EncoderOptions.Kind]
    let encoder: VideoEncoder

    /// Makes the folders and writes the recipe; where another made the folder, says so.
    func prepare() throws {
        try FeatureFolder(url: folder).prepare(kinds.map(\.folder), recipe)
    }

    /// Encodes a video and writes its files, each whole or not at all.
    func write(_ video: URL, progress: (Double, Double?) -> Bool) throws -> Outcome {
        let name = video.deletingPathExtension().lastPathComponent + ".npz"
        let files = kinds.map { folder.appendingPathComponent($0.folder).appendingPathComponent(name) }
        if files.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) { return .present }
        let encoding = try encoder.encode(video, progress: progress)
        // There is never one encoder's file without the other's.
        try NPZFile.write(
            together: encoding.components.map { component in
                let url = folder.appendingPathComponent("\(component.name)_features").appendingPathComponent(name)
                return (["features": StoredTensor(component.features.to(.float16))], url)
            })
        return .written(
            clips: encoding.components.map { ($0.name, $0.features.size(0)) }, duration: encoding.duration,
            gaps: encoding.report.gaps)
    }

    private var recipe: FeatureFolder.Recipe {
        var components: [String: FeatureFolder.Recipe.Component] = [:]
        let images =
            encoder.images == .middle ? "one a clip, the middle one" : "one a clip, the key frame nearest to its middle"
        let frames = encoder.slowFast?.encoder.configuration.frames ?? 0
        for part in encoder.parts {
            let isCLIP = part.name == "clip"
            components[part.name] = .init(
                encoder: part.encoder, weights: part.weights,
                frames: isCLIP ? images : "\(frames) of the clip's at 30 a second",
                normalisation: isCLIP
                    ? "(x/255 - mean) / (deviation + 1e-8), CLIP's" : "(x/255 - 0.45) / (0.225 + 1e-8)")
        }
        return .init(clipLength: encoder.clipLength.seconds, components: components)
    }
}
