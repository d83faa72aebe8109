import ArgumentParser
import CLinux
import Foundation
import Training

/// `moments compare`: configurations and seeds become one table.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Train several configurations with several seeds, and show the figures in one table.",
        discussion: """
              moments compare with-cdd.yaml without-cdd.yaml --seeds 0,1,2 --out tables

            Runs lie in seed-N below each configuration's output directory. What is finished is not trained again: the \
            same command goes on after Ctrl-C or a crash. Figures are those of each run's best epoch, mean ± sample \
            deviation over the seeds. A second table has the differences to the best row, with 95 % intervals of a \
            paired bootstrap over the queries. What a query costs is measured one at a time, with the configuration's \
            threads: compare it between rows that were measured on an equally busy machine.

            With --records FOLDER each finished run leaves a record there: its configuration, costs, figures, and the \
            figures of each query. Who has the records, and the configurations, gets the table without the runs' \
            checkpoints, and with --finished without the data, and can add rows to it.
            """)

    @Argument(help: "Configurations, YAML; each with an output directory of its own.")
    var configurations: [String]

    @Option(help: "Seeds, with commas.")
    var seeds = "0,1,2"

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change a field of all configurations. May be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    @Option(help: "Figures to show, with commas; all that the field's tables have if left out.")
    var metrics: String?

    @Flag(help: "Print JSON with every figure and every seed's value.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Also write comparison.md, .csv (one line a run), .json and .svg into this folder.", valueName: "folder"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Take runs that were made elsewhere from this folder, and keep a record of each finished run in it.",
            valueName: "folder"))
    var records: String?

    @Flag(help: "Train nothing: show what is finished.")
    var finished = false

    func run() throws {
        let progress = ProgressLine()
        defer { progress.finish() }
        try reporting {
            do {
                let settings = try load()
                prepareLibtorch(threads: settings.first?.threads)
                cl_keep_freed_memory()
                Interruption.catchSignals()
                let comparison = try Comparison(
                    settings, seeds: chosenSeeds(), records: records.map { URL(fileURLWithPath: $0) },
                    trains: !finished, observer: progress)
                if comparison.rows.isEmpty { throw UsageError("no run is finished yet; leave --finished out") }
                let shown = metrics.map { $0.split(separator: ",").map(String.init) }
                if let out {
                    let command = (["moments"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
                    let files = try comparison.write(to: URL(fileURLWithPath: out), metrics: shown, command: command)
                    progress.finish()
                    for file in files { tell("wrote \(file.path)") }
                }
                print(
                    json
                        ? try comparison.json(shown ?? comparison.usualMetrics)
                        : ComparisonTable(comparison, metrics: shown).markdown)
            } catch {
                progress.finish()
                throw error
            }
        }
    }

    private func load() throws -> [TrainingConfiguration] {
        let settings = try configurations.map {
            // What is finished needs no data; what is to be trained does.
            try TrainingConfiguration(
                contentsOf: URL(fileURLWithPath: $0), setting: assignments, checkingFiles: !finished)
        }
        var places: [String: String] = [:]
        var recordNames: [String: String] = [:]
        for (file, own) in zip(configurations, settings) {
            if let other = places.updateValue(file, forKey: own.output.directory) {
                throw UsageError("\(other) and \(file) have the same output.directory, \(own.output.directory)")
            }
            if records != nil {
                let name = URL(fileURLWithPath: own.output.directory).lastPathComponent
                if let other = recordNames.updateValue(file, forKey: name) {
                    throw UsageError("\(other) and \(file) would have the same records, \(name)-seed-N.json")
                }
            }
            if own.data.val == nil { throw UsageError("\(file) has no data.val to compare by") }
        }
        return settings
    }

    private func chosenSeeds() throws -> [UInt64] {
        try seeds.split(separator: ",").map { text in
            guard let seed = UInt64(text.trimmingCharacters(in: .whitespaces)) else {
                throw UsageError("--seeds: “\(text)” is no whole number, 0 or greater")
            }
            return seed
        }
    }
}
