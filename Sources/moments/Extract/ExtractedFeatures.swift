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
        try place(
            encoding.components.map { component in
                let target = folder.appendingPathComponent("\(component.name)_features").appendingPathComponent(name)
                return (["features": StoredTensor(component.features.to(.float16))], target)
            })
        return .written(
            clips: encoding.components.map { ($0.name, $0.features.size(0)) }, duration: encoding.duration,
            gaps: encoding.report.gaps)
    }

    /// Writes all files of a video beside their places first, so that there is never one encoder's without the other's.
    private func place(_ files: [(arrays: OrderedTensors, target: URL)]) throws {
        let scratch = folder.appendingPathComponent(".\(UUID().uuidString.prefix(8)).partial")
        defer { try? FileManager.default.removeItem(at: scratch) }
        var placed: [URL] = []
        do {
            try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
            let drafts = files.indices.map { scratch.appendingPathComponent("\($0).npz") }
            for (file, draft) in zip(files, drafts) { try NPZFile.write(file.arrays, to: draft) }
            for (file, draft) in zip(files, drafts) {
                let isNew = !FileManager.default.fileExists(atPath: file.target.path)
                guard rename(draft.path, file.target.path) == 0 else {
                    throw TensorFileError(
                        file: file.target.path, problem: .unwritable(String(cString: strerror(errno))))
                }
                if isNew { placed.append(file.target) }
            }
        } catch {
            for file in placed { try? FileManager.default.removeItem(at: file) }
            throw (error as? TensorFileError)
                ?? TensorFileError(file: folder.path, problem: .unwritable(error.localizedDescription))
        }
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
