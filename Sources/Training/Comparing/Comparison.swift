import Datasets
import Foundation

/// Several configurations, each trained with several seeds, and what came of it.
///
/// Runs lie in `seed-N` below each configuration's output directory. Those that are finished are not trained again,
/// and those that were interrupted go on.
public struct Comparison: Sendable {
    /// One configuration's runs.
    public struct Row: Sendable {
        /// The configuration's name.
        public let name: String
        /// Whether its features are simulated.
        public let isSimulated: Bool
        /// In the order of the seeds.
        public let runs: [ComparedRun]

        /// Mean and deviation of a figure over the seeds; nil where no run has it.
        public func summary(_ metric: String) -> Summary? { Summary(runs.compactMap { $0.scores[metric] }) }

        /// The figure of each query, the mean over the seeds; NaN for a query without it.
        public func queries(_ metric: String) -> [Double] {
            let count = runs.map(\.queries.count).min() ?? 0
            return (0..<count).map { query in
                runs.reduce(0) { $0 + ($1.queries[query][metric] ?? .nan) } / Double(runs.count)
            }
        }
    }

    /// A mean over seeds with its sample deviation.
    public struct Summary: Hashable, Sendable {
        /// The mean.
        public let mean: Double
        /// Nil for one seed.
        public let deviation: Double?

        /// Nil for no values.
        init?(_ values: [Double]) {
            guard !values.isEmpty else { return nil }
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            self.mean = mean
            deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
        }
    }

    /// What every configuration was trained with.
    public let seeds: [UInt64]
    /// The configurations, in the order given.
    public let rows: [Row]
    /// The figure that says which row is the best: the first configuration's `evaluation.metric`.
    public let metric: String
    /// How rows differ from the first in anything but the model, line by line: such rows are not alike.
    public let differences: [String]

    /// Trains what is not trained yet.
    ///
    /// - Parameters:
    ///   - configurations: All must have validation queries; their output directories must differ.
    ///   - seeds: Take the place of the configurations' own.
    ///   - observer: Who is told how it goes.
    /// - Throws: as `Trainer`; runs that were finished before stay.
    public init(
        _ configurations: [TrainingConfiguration], seeds: [UInt64], observer: (any TrainingObserver)? = nil
    ) throws {
        self.seeds = seeds
        metric = configurations.first?.evaluation.metric ?? ""
        differences = Self.differences(configurations)
        rows = try configurations.map { configuration in
            let runs = try seeds.map { try Self.run(configuration.of(seed: $0), observer) }
            return Row(name: configuration.name, isSimulated: try configuration.isSimulated(seeds), runs: runs)
        }
    }

    /// Trains a configuration unless that is done, and reads what came of it.
    private static func run(
        _ configuration: TrainingConfiguration, _ observer: (any TrainingObserver)?
    ) throws -> ComparedRun {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        if try isFinished(configuration, folder) {
            observer?.note("\(folder.url.path): finished before")
            return try ComparedRun(configuration, folder: folder, observer: observer)
        }
        let lock = try RunLock(folder)
        // Whoever held the lock may have finished it.
        if try !isFinished(configuration, folder) {
            let isBegun = FileManager.default.fileExists(atPath: folder.last.path)
            // A run that was stopped before its first save begins anew.
            if !isBegun { try? FileManager.default.removeItem(at: folder.steps) }
            try Trainer(configuration, resuming: isBegun, lock: lock, observer: observer).run()
        }
        return try ComparedRun(configuration, folder: folder, observer: observer)
    }

    /// Whether the folder holds a run with this configuration that had come to its end.
    private static func isFinished(_ configuration: TrainingConfiguration, _ folder: RunFolder) throws -> Bool {
        guard FileManager.default.fileExists(atPath: folder.last.path) else { return false }
        let metadata = try Checkpoint(contentsOf: folder.last).metadata
        return metadata.progress.isFinished
            && configuration.changes(since: metadata.configuration).allSatisfy { $0.weight == .rounding }
    }

    /// Data and schedule should be the same for a comparison of models.
    private static func differences(_ configurations: [TrainingConfiguration]) -> [String] {
        guard let first = configurations.first else { return [] }
        return configurations.dropFirst().flatMap { other in
            other.changes(since: first).filter { change in
                !["name", "model", "output", "seed"].contains { change.key == $0 || change.key.hasPrefix($0 + ".") }
            }.map { "\(other.name) has \($0.key) \($0.new), \(first.name) \($0.old)" }
        }
    }
}

extension TrainingConfiguration {
    /// The configuration of one of several runs.
    fileprivate func of(seed: UInt64) -> TrainingConfiguration {
        var own = self
        own.seed = seed
        own.name = "\(name), seed \(seed)"
        own.output.directory = URL(fileURLWithPath: output.directory).appendingPathComponent("seed-\(seed)").path
        return own
    }

    fileprivate func isSimulated(_ seeds: [UInt64]) throws -> Bool {
        guard let seed = seeds.first else { return data.simulated }
        let folder = RunFolder(URL(fileURLWithPath: of(seed: seed).output.directory))
        return try data.simulated || Checkpoint(contentsOf: folder.checkpoint).metadata.recipe.simulated
    }
}
