import Annotations
import Datasets
import Foundation
import Grounding
import Torch

/// A trained model with what it says of itself.
///
///     let trained = try TrainedModel(at: "runs/first")
///     let predictions = try trained.predictions(for: annotations)
public struct TrainedModel {
    /// The model, ready to answer.
    public let model: any GroundingModel
    /// Where it comes from.
    public let metadata: CheckpointMetadata
    /// The file that it was read from.
    public let file: URL

    /// Loads the best model of a run, or a checkpoint.
    ///
    /// - Parameters:
    ///   - path: A run's folder, or a checkpoint's file.
    ///   - settings: The model's settings where they are not those that it was trained with, for what may change
    ///     afterwards: how moments and highlights are read off its output. The parameters must still fit.
    ///   - device: Where the parameters lie.
    /// - Throws: ``CheckpointError``.
    public init(at path: String, settings: (any ModelSettings)? = nil, device: Device = .cpu) throws(CheckpointError) {
        file = RunFolder.checkpoint(at: path)
        (model, metadata) = try Checkpoint.loadModel(file, settings: settings, device: device)
    }

    /// Joins annotations with features, and refuses features of another recipe than the model's.
    ///
    /// Features are looked for where `data` says; by default where they lay in training.
    ///
    /// - Throws: `FeatureMismatch`, and what opening features throws.
    public func dataset(_ annotations: some Sequence<Annotation>, data: DataConfiguration? = nil) throws
        -> MomentDataset
    {
        let data = data ?? metadata.configuration.data
        let dataset = try data.dataset(annotations)
        try metadata.recipe.accept(data.recipe(of: dataset))
        return dataset
    }

    /// Whether the model learned from simulated features.
    public var isSimulated: Bool { metadata.recipe.simulated || metadata.configuration.data.simulated }

    /// `demo, step 480, epoch 12`: for headings.
    public var title: String {
        let progress = metadata.progress
        let epoch = progress.position.batch > 0 ? progress.position.epoch + 1 : progress.position.epoch
        return "\(metadata.configuration.name), step \(progress.step)" + (epoch > 0 ? ", epoch \(epoch)" : "")
    }
}
