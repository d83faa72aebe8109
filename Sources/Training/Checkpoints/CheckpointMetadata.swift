import Datasets
import Evaluation
import Foundation

/// What a checkpoint says of itself.
public struct CheckpointMetadata: Sendable {
    /// How the run was configured.
    public var configuration: TrainingConfiguration
    /// What features the model was made for; it refuses others.
    public var recipe: FeatureRecipe
    /// The version of Moments that wrote it.
    public var version: String
    /// Where the run stood.
    public var progress: TrainingProgress
    /// The figures of the last evaluation, by name; empty before the first.
    public var scores: Scores
    /// From confidences to probabilities; nil until it is fitted.
    public var calibration: Calibration?

    /// Describes a checkpoint of this version.
    public init(
        configuration: TrainingConfiguration, recipe: FeatureRecipe, progress: TrainingProgress,
        scores: Scores = Scores()
    ) {
        self.configuration = configuration
        self.recipe = recipe
        self.progress = progress
        self.scores = scores
        version = MomentsVersion.current
    }

    /// Seed of the run.
    public var seed: UInt64 { configuration.seed }

    /// Keys in the safetensors metadata.
    enum Key {
        static let configuration = "moments.configuration"
        static let recipe = "moments.features"
        static let version = "moments.version"
        static let progress = "moments.progress"
        static let scores = "moments.scores"
        /// Not in every checkpoint.
        static let calibration = "moments.calibration"
        /// For people who look at the file; Moments reads the configuration.
        static let seed = "moments.seed"
        static let dataset = "moments.data"
        static let all = [configuration, recipe, version, progress, scores]
    }

    /// The texts that go into the file.
    var texts: [String: String] {
        get throws {
            func json(_ value: some Encodable) throws -> String {
                String(decoding: try JSONEncoder.exact.encode(value), as: UTF8.self)
            }
            var texts = [
                Key.configuration: try json(configuration), Key.recipe: try json(recipe), Key.version: version,
                Key.progress: try json(progress), Key.scores: try json(scores), Key.seed: "\(seed)",
                Key.dataset: configuration.data.benchmark.rawValue, "format": "pt",
            ]
            texts[Key.calibration] = try calibration.map { try json($0) }
            return texts
        }
    }

    /// Reads the texts of a file.
    ///
    /// - Throws: ``CheckpointError`` where one is missing or is not what this version writes.
    init(_ texts: [String: String], file: String) throws(CheckpointError) {
        let missing = Key.all.filter { texts[$0] == nil }
        guard missing.isEmpty else {
            throw CheckpointError(file: file, problem: .notOurs(missing: missing))
        }
        func read<Value: Decodable>(_ key: String) throws(CheckpointError) -> Value {
            do {
                return try JSONDecoder().decode(Value.self, from: Data(texts[key]!.utf8))
            } catch {
                let version = texts[Key.version]!
                throw CheckpointError(file: file, problem: .unreadableEntry(key, version: version, "\(error)"))
            }
        }
        // As a file would be read: settings that a newer version has, and this file not, keep their defaults.
        do {
            configuration = try ConfigurationDecoder.decode(
                TrainingConfiguration.self, from: ConfigurationDocument(texts[Key.configuration]!, source: file))
        } catch {
            let version = texts[Key.version]!
            throw CheckpointError(
                file: file, problem: .unreadableEntry(Key.configuration, version: version, "\(error)"))
        }
        recipe = try read(Key.recipe)
        guard recipe.isPossible else {
            let problem = CheckpointError.Problem.unreadableEntry(
                Key.recipe, version: texts[Key.version]!, "there are no such features")
            throw CheckpointError(file: file, problem: problem)
        }
        progress = try read(Key.progress)
        scores = try read(Key.scores)
        calibration = texts[Key.calibration] == nil ? nil : try read(Key.calibration)
        version = texts[Key.version]!
    }
}

extension FeatureRecipe {
    /// Whether features can be like this; a file may hold any numbers.
    fileprivate var isPossible: Bool {
        let counts = video.map(\.width) + [text.width, pooledWidth ?? 1, maxClips ?? 1, maxWords ?? 1]
        return !video.isEmpty && counts.allSatisfy((1...1 << 30).contains) && (1e-3...1e6).contains(clipLength)
    }
}

/// The version of this package.
public enum MomentsVersion {
    /// As in the tags of the repository.
    public static let current = "0.1.0"
}
