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
        /// In the order of the seeds.
        public let runs: [ComparedRun]

        /// Whether its features are simulated.
        public var isSimulated: Bool { runs.contains(where: \.isSimulated) }

        /// The queries that ``queries(_:)`` speaks of; empty where the runs were not measured with the same.
        public var qids: [String] {
            let first = runs.first?.qids ?? []
            return runs.allSatisfy { $0.qids == first } ? first : []
        }

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
    ///   - records: A folder of records: runs that were made elsewhere are taken from it, and each run that is finished
    ///     here is kept in it as well, as `NAME-seed-N.json` after the output directory.
    ///   - trains: Where it is false, only what is finished counts; a row without any run is left out.
    ///   - observer: Who is told how it goes.
    /// - Throws: as `Trainer`; runs that were finished before stay.
    public init(
        _ configurations: [TrainingConfiguration], seeds: [UInt64], records: URL? = nil, trains: Bool = true,
        observer: (any TrainingObserver)? = nil
    ) throws {
        self.seeds = seeds
        metric = configurations.first?.evaluation.metric ?? ""
        differences = Self.differences(configurations)
        rows = try configurations.compactMap { configuration in
            let runs = try seeds.compactMap { seed in
                let own = configuration.of(seed: seed)
                let known = try Self.finished(own, records, observer)
                return try known ?? (trains ? Self.trained(own, records, observer) : nil)
            }
            guard runs.isEmpty else { return Row(name: configuration.name, runs: runs) }
            observer?.note("\(configuration.name): no run is finished")
            return nil
        }
    }

    /// A run that was finished before, here or elsewhere; nil where there is none.
    private static func finished(
        _ configuration: TrainingConfiguration, _ records: URL?, _ observer: (any TrainingObserver)?
    ) throws -> ComparedRun? {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        let record = records.map { RunRecord.url(of: configuration, in: $0) }
        if try isFinished(configuration, folder) {
            observer?.note("\(folder.url.path): finished before")
            let run = try ComparedRun(configuration, folder: folder, observer: observer)
            if let record { try RunRecord(configuration, run).write(to: record) }
            return run
        }
        guard let record, let kept = try RunRecord(contentsOf: record) else { return nil }
        if let change = kept.changes(to: configuration).first {
            observer?.note("\(record.path) is of another configuration: \(change)")
            return nil
        }
        observer?.note("\(record.path): finished elsewhere")
        return kept.run
    }

    /// Trains a configuration, and reads what came of it.
    private static func trained(
        _ configuration: TrainingConfiguration, _ records: URL?, _ observer: (any TrainingObserver)?
    ) throws -> ComparedRun {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        let lock = try RunLock(folder)
        // Whoever held the lock may have finished it.
        if try !isFinished(configuration, folder) {
            let isBegun = folder.canResume
            // A run that was stopped before its first save begins anew.
            if !isBegun { try? FileManager.default.removeItem(at: folder.steps) }
            try Trainer(configuration, resuming: isBegun, lock: lock, observer: observer).run()
        }
        let run = try ComparedRun(configuration, folder: folder, observer: observer)
        if let records { try RunRecord(configuration, run).write(to: RunRecord.url(of: configuration, in: records)) }
        return run
    }

    /// Whether the folder holds a run with this configuration that had come to its end.
    private static func isFinished(_ configuration: TrainingConfiguration, _ folder: RunFolder) throws -> Bool {
        guard folder.canResume else { return false }
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
}
