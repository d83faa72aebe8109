import Annotations
import Datasets
import Foundation

/// The part of a data set that a set of queries belongs to.
public enum Split: String, Sendable, CaseIterable {
    /// Queries to learn from.
    case train
    /// Queries that the best checkpoint is chosen by.
    case val
    /// Queries that nothing is chosen by.
    case test
}

/// A configuration has no annotations for a split.
public struct MissingSplit: Error, CustomStringConvertible, LocalizedError {
    /// The split.
    public let split: Split
    /// What to do.
    public var description: String {
        "The configuration names no annotations for \(split.rawValue): add data.\(split.rawValue), for example by "
            + "--set data.\(split.rawValue)=FILE."
    }
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

/// Annotations have no video of the domain that a configuration names.
public struct UnknownDomain: Error, CustomStringConvertible, LocalizedError {
    /// The domain.
    public let domain: String
    /// The file of annotations.
    public let path: String
    /// The domains that there are.
    public let known: [String]
    /// What is wrong, and what there is.
    public var description: String {
        "data.domain: \(path) has no video of the domain “\(domain)”. "
            + (known.isEmpty ? "Its videos have no domains." : "It has \(known.joined(separator: ", ")).")
    }
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension DataConfiguration {
    /// Reads a split's annotations.
    ///
    /// - Throws: ``MissingSplit``, `AnnotationFileError`.
    public func annotations(_ split: Split) throws -> AnnotationSet {
        let paths: [Split: String?] = [.train: train, .val: val, .test: test]
        guard let path = paths[split] ?? nil, !path.isEmpty else { throw MissingSplit(split: split) }
        return try annotations(path)
    }

    /// Reads a file of annotations, those of the one ``domain`` where one is named.
    ///
    /// - Throws: `AnnotationFileError`, ``UnknownDomain``.
    public func annotations(_ path: String) throws -> AnnotationSet {
        let options = AnnotationOptions(
            format: format, durations: durations.map { URL(fileURLWithPath: $0) }, clipLength: annotatedClipLength,
            policy: skipsBadLines ? .keepGood : .strict)
        let set = try AnnotationSet(contentsOf: URL(fileURLWithPath: path), options: options)
        guard let domain else { return set }
        let own = set.inDomain(domain)
        guard !own.isEmpty else { throw UnknownDomain(domain: domain, path: path, known: set.domains) }
        return own
    }

    /// Joins annotations with their features, from the pack where there is one.
    ///
    /// - Throws: `FeatureSetupError`, `FeatureError` or `TensorFileError`; ``RunError/wrongFeatures(_:)`` where the pack has other
    ///   settings than the configuration asks for.
    public func dataset(_ annotations: some Sequence<Annotation>, seed: UInt64 = 0) throws -> MomentDataset {
        MomentDataset(
            annotations: annotations, features: try features(annotations),
            settings: DatasetSettings(
                maxMoments: maxMoments, momentSeed: seed, annotatedClipLength: annotatedClipLength))
    }

    private func features(_ annotations: some Sequence<Annotation>) throws -> any FeatureStore {
        if let pack { return try packedFeatures(pack) }
        return try FeatureFiles(
            video: video.map { FeatureSource($0) }, text: FeatureSource(text), settings: featureSettings,
            annotations: annotations)
    }

    /// How features become a model's input.
    public var featureSettings: FeatureSettings {
        FeatureSettings(
            clipLength: clipLength, maxClips: maxClips, longVideos: longVideos, temporalEndpoints: temporalEndpoints,
            normalised: normalised ?? true, maxWords: maxWords)
    }

    /// The recipe of a data set's features, simulated also where only the configuration says so.
    public func recipe(of dataset: MomentDataset) -> FeatureRecipe {
        var recipe = dataset.recipe
        recipe.simulated = recipe.simulated || simulated
        return recipe
    }
}
