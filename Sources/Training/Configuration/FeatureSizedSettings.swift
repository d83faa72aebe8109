import Datasets
import Grounding
import Torch

/// Settings of a model whose input is as wide as the features; a width of 0 takes over the features' own.
protocol FeatureSizedSettings: ModelSettings {
    /// D_v, or 0.
    var videoWidth: Int { get set }
    /// D_t, or 0.
    var textWidth: Int { get set }
    /// Settings with the published choices elsewhere.
    init(videoWidth: Int, textWidth: Int)
    /// Throws `ConfigurationError` for the first field that cannot be.
    func validate() throws
    /// Throws `ConfigurationError` for features that it cannot do with.
    func check(_ recipe: FeatureRecipe) throws
    /// Makes the model; the widths are set.
    func model(seed: UInt64, device: Device) throws -> any GroundingModel
}

extension FeatureSizedSettings {
    /// Any features will do.
    func check(_ recipe: FeatureRecipe) throws {}

    /// The published choices, for whatever features there are.
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

    /// Makes the model.
    ///
    /// - Throws: `ConfigurationError` where a field cannot be, or where it names another width than the features have.
    public func makeModel(_ input: ModelInput) throws -> any GroundingModel {
        try check(input.recipe)
        var settings = self
        settings.videoWidth = try Self.width("videoWidth", videoWidth, features: input.recipe.videoWidth)
        settings.textWidth = try Self.width("textWidth", textWidth, features: input.recipe.textWidth)
        return try settings.model(seed: input.seed, device: input.device)
    }

    private static func width(_ field: String, _ asked: Int, features: Int) throws -> Int {
        guard asked == 0 || asked == features else {
            throw ConfigurationError(
                field: field, value: "\(asked)", expectation: "the features have \(features); leave the field out")
        }
        return features
    }
}

extension CDNetConfiguration: FeatureSizedSettings {
    /// `cdnet`.
    public static var modelName: String { "cdnet" }

    func model(seed: UInt64, device: Device) throws -> any GroundingModel {
        try CDNet(self, seed: seed, device: device)
    }
}

extension MomentDETRConfiguration: FeatureSizedSettings {
    /// The published choices, but moments end with their video: not every data set's are of 150 s.
    public init() {
        self.init(videoWidth: 0, textWidth: 0)
        timeLimit = 0
    }

    /// `momentDETR`.
    public static var modelName: String { "momentDETR" }

    func model(seed: UInt64, device: Device) throws -> any GroundingModel {
        try MomentDETR(self, seed: seed, device: device)
    }
}

extension QDDETRConfiguration: FeatureSizedSettings {
    /// The published choices, but moments end with their video: not every data set's are of 150 s.
    public init() {
        self.init(videoWidth: 0, textWidth: 0)
        timeLimit = 0
    }

    /// `qdDETR`.
    public static var modelName: String { "qdDETR" }

    func model(seed: UInt64, device: Device) throws -> any GroundingModel {
        try QDDETR(self, seed: seed, device: device)
    }
}

extension UniVTGConfiguration: FeatureSizedSettings {
    /// `uniVTG`.
    public static var modelName: String { "uniVTG" }

    func model(seed: UInt64, device: Device) throws -> any GroundingModel {
        try UniVTG(self, seed: seed, device: device)
    }
}

extension UMTConfiguration: FeatureSizedSettings {
    /// `umt`.
    public static var modelName: String { "umt" }

    /// The sound's numbers are the last; temporal endpoints would come after them.
    func check(_ recipe: FeatureRecipe) throws {
        guard audioWidth == 0 || !recipe.temporalEndpoints else {
            throw ConfigurationError(
                field: "audioWidth", value: "\(audioWidth)",
                expectation: "the last numbers of these features are temporal endpoints; set data.temporalEndpoints to "
                    + "false and name the sound's features last")
        }
    }

    func model(seed: UInt64, device: Device) throws -> any GroundingModel {
        try UMT(self, seed: seed, device: device)
    }
}
