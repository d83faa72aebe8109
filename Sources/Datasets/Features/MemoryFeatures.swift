import TensorFiles
import Torch

extension VideoFeatures {
    /// Features that lie in memory, as a model wants them: the numbers are just those that files with the same features
    /// would give.
    ///
    /// - Parameters:
    ///   - parts: L×D of each kind, in the order in which they are concatenated, and what messages call it.
    ///   - settings: How they become a model's input.
    ///   - video: The video's name, for messages.
    /// - Precondition: There is at least one kind, and each has at least one row.
    public init(_ parts: [(name: String, features: Tensor)], settings: FeatureSettings, video: String) {
        let arrays = parts.map { FoundArray(tensor: StoredTensor($0.features), file: $0.name) }
        precondition(arrays.allSatisfy { $0.tensor.shape.count == 2 && $0.tensor.count > 0 }, "clips × width")
        guard let shortest = arrays.map({ $0.tensor.shape[0] }).min() else { preconditionFailure("no features") }
        let count = min(shortest, settings.maxClips ?? .max)
        let sampled = count < shortest && settings.longVideos == .sample
        self.init(
            clips: FileRows(
                arrays, count: count, normalised: settings.normalised, endpoints: settings.temporalEndpoints,
                sampledFrom: sampled ? shortest : nil, .video, FeatureKey(video: video, query: "–", duration: 0)),
            clipLength: settings.clipLength * (sampled ? Double(shortest) / Double(count) : 1))
    }
}

/// Where each of so many clips begins and ends, as parts of the whole: count×2, the columns that features get in training.
public func temporalEndpoints(count: Int) -> Tensor {
    let columns = Tensor.empty([count, 2])
    columns.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        RowKernel.writeEndpoints(count: count, width: 2, to: base.assumingMemoryBound(to: Float.self))
    }
    return columns
}
