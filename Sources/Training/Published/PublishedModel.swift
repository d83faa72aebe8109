import Datasets
import Evaluation
import Foundation
import Grounding
import TensorFiles
import Torch

/// A published checkpoint, understood: its model with the weights, and what its features were.
///
/// Sizes come from the arrays' shapes, all else from the options that the training code saved beside them, and where
/// these are silent from the published defaults; `notes` says what was assumed.
///
///     let published = try PublishedModel(contentsOf: URL(fileURLWithPath: "model_best.ckpt"))
///     try published?.write(to: URL(fileURLWithPath: "qd-detr.safetensors"))
public struct PublishedModel {
    /// What it is.
    public let kind: PublishedKind
    /// Ready to answer.
    public let model: any GroundingModel
    /// What a checkpoint of ours says of it.
    public let metadata: CheckpointMetadata
    /// What was assumed where the checkpoint is silent, and what was left out.
    public let notes: [String]

    /// Reads a checkpoint of any format; nil where it is of no model that is known here.
    ///
    /// - Parameters:
    ///   - url: The checkpoint's file.
    ///   - features: The kinds of video features by name and width, in their order, where the checkpoint does not tell
    ///     them; without temporal endpoints.
    /// - Throws: ``PublishedCheckpointError``, `TensorFileError`, `StateMismatch`.
    public init?(contentsOf url: URL, features: [FeatureRecipe.Component] = []) throws {
        let file = try TensorFile.open(url)
        guard let (kind, arrays) = Self.stateDictionary(of: file) else { return nil }
        var value: PickleValue?
        if case .torch(let archive) = file { value = archive.value }
        let options = PublishedOptions(value)
        var reading = PublishedReading(
            kind: kind, arrays: arrays, options: options, features: features, file: url.path)
        let settings = try reading.settings()
        let recipe = try reading.recipe()
        let name = url.deletingPathExtension().lastPathComponent
        let configuration = reading.configuration(settings, recipe, name: "\(kind.rawValue) (\(name))")
        do {
            model = try configuration.makeModel(for: recipe)
        } catch let error as ConfigurationError {
            throw PublishedCheckpointError(file: url.path, reason: "its model cannot be made: \(error)")
        }
        try model.store.load(reading.arrays, from: url.path)
        self.kind = kind
        metadata = CheckpointMetadata(
            configuration: configuration, recipe: recipe, progress: TrainingProgress(random: model.store.random.state))
        notes = reading.notes
    }

    /// What a file holds, without making its model; nil where it is of no model that is known here.
    public static func kind(of file: TensorFile) -> PublishedKind? { stateDictionary(of: file)?.kind }

    /// Writes a checkpoint of ours, which describes itself.
    ///
    /// - Throws: ``CheckpointError`` where it cannot be written.
    public func write(to url: URL) throws {
        try Checkpoint.write(model.store, metadata: metadata, to: url)
    }

    private static func stateDictionary(of file: TensorFile) -> (kind: PublishedKind, arrays: OrderedTensors)? {
        var arrays = OrderedTensors()
        switch file {
        case .torch(let archive):
            guard let found = try? archive.stateDictionary() else { return nil }
            for (name, tensor) in found { arrays[PublishedKind.withoutWrapper(name)] = tensor }
        case .safetensors(let file):
            // Ours say themselves what they are.
            guard file.metadata[CheckpointMetadata.Key.configuration] == nil else { return nil }
            for (name, tensor) in file.all { arrays[PublishedKind.withoutWrapper(name)] = tensor }
        case .npz, .npy, .hdf5: return nil
        }
        return PublishedKind(arrays).map { ($0, arrays) }
    }
}
