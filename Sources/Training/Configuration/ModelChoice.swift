import Datasets
import Grounding
import Torch

/// What a model must know of its input and its place.
public struct ModelInput: Hashable, Sendable {
    /// The features; their widths are the model's.
    public var recipe: FeatureRecipe
    /// Seed of the first weights and of dropout.
    public var seed: UInt64
    /// Where the parameters lie.
    public var device: Device

    /// Describes an input.
    public init(recipe: FeatureRecipe, seed: UInt64, device: Device = .cpu) {
        self.recipe = recipe
        self.seed = seed
        self.device = device
    }
}

/// The settings of one kind of model, from which it can be made.
public protocol ModelSettings: ConfigurationBlock, Hashable {
    /// The key that chooses it in a configuration: `cdnet`.
    static var modelName: String { get }
    /// Whether there is anything to learn.
    var learns: Bool { get }
    /// The first field that cannot be, and why; nil where all can.
    var problem: (field: String, reason: String)? { get }
    /// Makes the model with its first weights.
    ///
    /// - Throws: an error with a description where the settings cannot be.
    func makeModel(_ input: ModelInput) throws -> any GroundingModel
}

extension ModelSettings {
    /// There is.
    public var learns: Bool { true }
}

/// The models that a configuration can name. A new model is one more entry here.
public enum ModelRegistry {
    /// The kinds by their names, the default first.
    public static let kinds: [any ModelSettings.Type] = [
        CDNetConfiguration.self,
        MomentDETRConfiguration.self,
        QDDETRConfiguration.self,
        UniVTGConfiguration.self,
        UMTConfiguration.self,
        XMLConfiguration.self,
        TwoDTANConfiguration.self,
        ZeroShotSettings.self,
    ]

    static func kind(_ name: String) -> (any ModelSettings.Type)? { kinds.first { $0.modelName == name } }
}

/// The block `model:` of a configuration: one key, the model's name, with its settings below it.
public struct ModelChoice: ConfigurationBlock, Hashable {
    /// The settings of the model that was chosen.
    public var settings: any ModelSettings

    /// The first registered model with its defaults.
    public init() { settings = ModelRegistry.kinds[0].init() }

    /// A model with settings.
    public init(_ settings: any ModelSettings) { self.settings = settings }

    /// The model's key.
    public var name: String { type(of: settings).modelName }

    /// Equal models with equal settings.
    public static func == (left: ModelChoice, right: ModelChoice) -> Bool {
        AnyHashable(left.settings) == AnyHashable(right.settings)
    }

    /// Feeds the settings.
    public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(settings)) }

    /// Decodes the one model that the mapping names.
    public init(from decoder: any Swift.Decoder) throws {
        let container = try decoder.container(keyedBy: ConfigurationKey.self)
        let names = ModelRegistry.kinds.map { $0.modelName }.joined(separator: ", ")
        guard let key = container.allKeys.first, container.allKeys.count == 1 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "name one model: \(names)"))
        }
        guard let kind = ModelRegistry.kind(key.stringValue) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath + [key],
                    debugDescription: "there is no such model. Known are \(names)"))
        }
        settings = try container.decode(kind, forKey: key)
    }

    /// Encodes the settings below the model's name.
    public func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.container(keyedBy: ConfigurationKey.self)
        try container.encode(settings, forKey: ConfigurationKey(name))
    }
}
