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
        /// The best epoch's figures, in the order of the seeds.
        public let scores: [Scores]

        /// Mean and deviation of a figure over the seeds; nil where no run has it.
        public func summary(_ metric: String) -> (mean: Double, deviation: Double?)? {
            let values = scores.compactMap { $0[metric] }
            guard !values.isEmpty else { return nil }
            let mean = values.reduce(0, +) / Double(values.count)
            guard values.count > 1 else { return (mean, nil) }
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (mean, (squares / Double(values.count - 1)).squareRoot())
        }
    }

    /// What every configuration was trained with.
    public let seeds: [UInt64]
    /// The configurations, in the order given.
    public let rows: [Row]

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
        rows = try configurations.map { configuration in
            let scores = try seeds.map { try Self.scores(configuration.of(seed: $0), observer) }
            return Row(name: configuration.name, isSimulated: try configuration.isSimulated(seeds), scores: scores)
        }
    }

    private static func scores(
        _ configuration: TrainingConfiguration, _ observer: (any TrainingObserver)?
    ) throws -> Scores {
        let folder = RunFolder(URL(fileURLWithPath: configuration.output.directory))
        // What is finished is only read, also while somebody else is at work.
        if let scores = try finishedScores(configuration, folder, observer) { return scores }
        let lock = try RunLock(folder)
        if let scores = try finishedScores(configuration, folder, observer) { return scores }
        let isBegun = FileManager.default.fileExists(atPath: folder.last.path)
        // A run that was stopped before its first save begins anew.
        if !isBegun { try? FileManager.default.removeItem(at: folder.steps) }
        let trainer = try Trainer(configuration, resuming: isBegun, lock: lock, observer: observer)
        try trainer.run()
        return try Checkpoint(contentsOf: folder.checkpoint).metadata.scores
    }
}

extension Comparison {
    /// The figures of a run that had come to its end with this configuration; nil where there is none.
    private static func finishedScores(
        _ configuration: TrainingConfiguration, _ folder: RunFolder, _ observer: (any TrainingObserver)?
    ) throws -> Scores? {
        guard FileManager.default.fileExists(atPath: folder.last.path) else { return nil }
        let metadata = try Checkpoint(contentsOf: folder.last).metadata
        let changes = configuration.changes(since: metadata.configuration).filter { $0.weight != .rounding }
        guard metadata.progress.isFinished, changes.isEmpty else { return nil }
        observer?.note("\(folder.url.path): finished before")
        return try Checkpoint(contentsOf: folder.checkpoint).metadata.scores
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

extension Comparison {
    /// The figures that a table shows where nobody chooses: those of the field's tables.
    public var usualMetrics: [String] {
        let known = Set(rows.flatMap { $0.scores.flatMap(\.names) })
        let usual = [
            "MR-full-R1@0.3", "MR-full-R1@0.5", "MR-full-R1@0.7", "MR-full-mAP@0.5", "MR-full-mAP@0.75", "MR-full-mAP",
            "MR-full-mIoU", "HL-min-VeryGood-mAP", "HL-min-VeryGood-Hit1",
        ]
        let found = usual.filter(known.contains)
        return found.isEmpty ? known.sorted() : found
    }

    /// A line a configuration, mean ± deviation; aligned for a terminal, and a table in Markdown.
    public func table(_ metrics: [String]) -> String {
        let header = ["configuration"] + metrics
        let lines = rows.map { row in
            [row.name + (row.isSimulated ? " (simulated)" : "")]
                + metrics.map { metric in
                    guard let (mean, deviation) = row.summary(metric) else { return "–" }
                    let value = String(format: "%.2f", mean)
                    return deviation.map { value + " ± " + String(format: "%.2f", $0) } ?? value
                }
        }
        let widths = header.indices.map { column in ([header] + lines).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + space : space + cell.0
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        let rule = widths.enumerated().map { column, width in
            String(repeating: "-", count: width + 1) + (column == 0 ? "-" : ":")
        }
        return ([line(header), "|" + rule.joined(separator: "|") + "|"] + lines.map(line)).joined(separator: "\n")
    }

    /// Every figure: mean, deviation, and the values in the order of the seeds.
    public var json: String {
        let runs = rows.map { row in
            let names = row.scores.first?.names ?? []
            let figures = names.compactMap { name -> String? in
                guard let (mean, deviation) = row.summary(name) else { return nil }
                let values = row.scores.map { $0[name].map { "\($0)" } ?? "null" }.joined(separator: ", ")
                return "\(JSONText.quoted(name)): {\"mean\": \(mean), \"deviation\": "
                    + "\(deviation.map { "\($0)" } ?? "null"), \"values\": [\(values)]}"
            }
            return
                "    {\"name\": \(JSONText.quoted(row.name)), \"simulated\": \(row.isSimulated), \"figures\": {\n      "
                + figures.joined(separator: ",\n      ") + "\n    }}"
        }
        let seeds = seeds.map { "\($0)" }.joined(separator: ", ")
        return "{\n  \"seeds\": [\(seeds)],\n  \"configurations\": [\n\(runs.joined(separator: ",\n"))\n  ]\n}"
    }
}
