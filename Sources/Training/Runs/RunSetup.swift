import Datasets
import Foundation
import Grounding
import Torch

/// What a run is: its configuration, the features that it has, and its folder.
public struct RunSetup: Sendable {
    /// What decides all that it does.
    public let configuration: TrainingConfiguration
    /// The features of its data.
    public let recipe: FeatureRecipe

    /// Puts a run together; nothing is read or made.
    public init(configuration: TrainingConfiguration, recipe: FeatureRecipe) {
        self.configuration = configuration
        self.recipe = recipe
    }

    /// Where it writes.
    public var folder: RunFolder { RunFolder(URL(fileURLWithPath: configuration.output.directory)) }

    /// Whether its results are about simulated features.
    public var isSimulated: Bool { configuration.data.simulated || recipe.simulated }

    /// Throws ``RunError/wrongFeatures(_:)`` where a model for `other` would get nonsense from these features.
    func accept(_ other: FeatureRecipe) throws {
        do {
            try other.accept(recipe)
        } catch {
            throw RunError.wrongFeatures("\(error)")
        }
    }
}

extension TrainingConfiguration {
    /// Makes the model that the configuration names, with its first weights.
    ///
    /// - Throws: what the model says about its settings.
    public func makeModel(for recipe: FeatureRecipe, device: Device? = nil) throws -> any GroundingModel {
        try model.settings.makeModel(
            ModelInput(recipe: recipe, seed: seed, device: device ?? chosenDevice))
    }

    /// The device that ``device`` names.
    public var chosenDevice: Device { Device(named: device) ?? .cpu }
}
