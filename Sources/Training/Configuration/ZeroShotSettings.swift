import Datasets
import Grounding

/// Settings of the baseline that learns nothing, for comparisons.
///
///     model: { zeroShot: {} }
///     optimisation: { epochs: 0 }
public struct ZeroShotSettings: ModelSettings {
    /// The first column of the features that share a space with the pooled text; nil for the last kind as wide as it.
    public var firstColumn: Int?
    /// Clips over which the similarity is averaged.
    public var smoothing = 5
    /// Standard deviations above a video's mean similarity at which moments are cut out.
    public var thresholds = [0.0, 0.5, 1.0, 1.5]
    /// A moment that overlaps a better one by more than this IoU is dropped.
    public var nmsThreshold = 0.7
    /// Moments that a query gets at most.
    public var momentCount = 10

    /// `zeroShot`.
    public static var modelName: String { "zeroShot" }
    /// Nothing is learned.
    public var learns: Bool { false }

    /// The defaults.
    public init() {}

    private func configuration(_ columns: Range<Int>) -> ZeroShotConfiguration {
        var configuration = ZeroShotConfiguration(columns: columns)
        configuration.smoothing = smoothing
        configuration.thresholds = thresholds
        configuration.nmsThreshold = nmsThreshold
        configuration.momentCount = momentCount
        return configuration
    }

    /// What the validation finds, whatever the features are.
    public var problem: (field: String, reason: String)? {
        do {
            try configuration((firstColumn ?? 0)..<(firstColumn ?? 0) + 1).validate()
            return nil
        } catch let error as ConfigurationError {
            return (error.field == "columns" ? "firstColumn" : error.field, error.expectation)
        } catch {
            return ("", "\(error)")
        }
    }

    /// Makes the baseline.
    ///
    /// - Throws: `ConfigurationError` where the features have no pooled text, or no columns for it.
    public func makeModel(_ input: ModelInput) throws -> any GroundingModel {
        guard let width = input.recipe.pooledWidth else {
            throw ConfigurationError(
                field: "zeroShot", value: "on", expectation: "it needs text features with a pooler_output")
        }
        let first = firstColumn ?? Self.lastKind(of: input.recipe, width: width) ?? -1
        guard first >= 0, first + width <= input.recipe.videoWidth else {
            throw ConfigurationError(
                field: "firstColumn", value: firstColumn.map { "\($0)" } ?? "open",
                expectation: "the video features have no \(width) columns there for the pooled text")
        }
        return try ZeroShotSimilarity(configuration(first..<first + width))
    }

    private static func lastKind(of recipe: FeatureRecipe, width: Int) -> Int? {
        var start = 0
        var found: Int?
        for component in recipe.video {
            if component.width == width { found = start }
            start += component.width
        }
        return found
    }
}
