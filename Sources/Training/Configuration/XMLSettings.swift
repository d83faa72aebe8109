import Datasets
import Grounding
import Torch

extension XMLConfiguration: FeatureSizedSettings {
    /// `xml`.
    public static var modelName: String { "xml" }

    /// The subtitles' numbers are the last; temporal endpoints would come after them.
    func check(_ recipe: FeatureRecipe) throws {
        guard subtitleWidth == 0 || !recipe.temporalEndpoints else {
            throw ConfigurationError(
                field: "subtitleWidth", value: "\(subtitleWidth)",
                expectation: "the last numbers of these features are temporal endpoints; set data.temporalEndpoints to "
                    + "false and name the subtitles' features last")
        }
    }

    func model(seed: UInt64, device: Device) throws -> any GroundingModel {
        try XML(self, seed: seed, device: device)
    }
}
