import Datasets
import Grounding

extension CDNetConfiguration: ModelSettings {
    /// `cdnet`.
    public static var modelName: String { "cdnet" }

    /// The paper's choices; the widths 0 stand for those of the features.
    public init() { self.init(videoWidth: 0, textWidth: 0) }

    /// What the validation finds, whatever the features' widths will be.
    public var problem: (field: String, reason: String)? {
        var settings = self
        settings.videoWidth = max(1, videoWidth)
        settings.textWidth = max(1, textWidth)
        do {
            try settings.validate()
            return nil
        } catch let error as ConfigurationError {
            return (error.field, "\(error.value) cannot be: \(error.expectation)")
        } catch {
            return ("", "\(error)")
        }
    }

    /// Makes a CDNet.
    ///
    /// - Throws: `ConfigurationError` where a field cannot be, or where it names another width than the features have.
    public func makeModel(_ input: ModelInput) throws -> any GroundingModel {
        var settings = self
        settings.videoWidth = try Self.width("videoWidth", videoWidth, features: input.recipe.videoWidth)
        settings.textWidth = try Self.width("textWidth", textWidth, features: input.recipe.textWidth)
        return try CDNet(settings, seed: input.seed, device: input.device)
    }

    private static func width(_ field: String, _ asked: Int, features: Int) throws -> Int {
        guard asked == 0 || asked == features else {
            throw ConfigurationError(
                field: field, value: "\(asked)", expectation: "the features have \(features); leave the field out")
        }
        return features
    }
}
