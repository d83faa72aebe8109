import Evaluation
import Foundation

/// A comparison as text: tables for people and for a page, and one line a run for programs.
public struct ComparisonTable: Sendable {
    private let comparison: Comparison
    private let metrics: [String]
    private let differences: ComparisonDifferences?

    /// Chooses what is shown: the figures that `metrics` names; those of the field's tables where it is nil.
    public init(_ comparison: Comparison, metrics: [String]? = nil) {
        self.comparison = comparison
        self.metrics = metrics ?? comparison.usualMetrics
        differences = ComparisonDifferences(comparison, metrics: self.metrics)
    }

    /// Two tables in Markdown, aligned for a terminal: all figures as mean ± deviation, and the differences to the best
    /// row with their intervals.
    public var markdown: String {
        var parts = [figures]
        if let differences { parts.append(table(of: differences)) }
        let kernels = Set(comparison.rows.flatMap { $0.runs.compactMap(\.costs.kernels) }).sorted()
        if kernels.count > 1 {
            parts.append(
                "Runs were made on processors with \(kernels.joined(separator: " and ")): do not compare their times.")
        }
        if comparison.rows.contains(where: { $0.runs.count < comparison.seeds.count }) {
            let counts = comparison.rows.map { "\($0.name) \($0.runs.count)" }.joined(separator: ", ")
            parts.append("Runs that are finished, of \(comparison.seeds.count) seeds: \(counts).")
        }
        if !comparison.differences.isEmpty {
            parts.append(
                "Not alike but for the model:\n" + comparison.differences.map { "- \($0)" }.joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    private var figures: String {
        let header = ["configuration", "parameters", "training", "a query"] + metrics
        let lines = comparison.rows.map { row in
            [
                row.name + (row.isSimulated ? " (simulated)" : ""),
                row.runs.first.map { Self.grouped($0.costs.parameters) } ?? "–",
                Comparison.Summary(row.runs.map(\.costs.trainingSeconds)).map { Self.duration($0.mean) } ?? "–",
                Comparison.Summary(row.runs.map(\.costs.queryMilliseconds)).map { String(format: "%.1f ms", $0.mean) }
                    ?? "–",
            ]
                + metrics.map { metric in
                    guard let summary = row.summary(metric) else { return "–" }
                    let value = String(format: "%.2f", summary.mean)
                    return summary.deviation.map { value + " ± " + String(format: "%.2f", $0) } ?? value
                }
        }
        return Self.aligned([header] + lines)
    }

    private func table(of differences: ComparisonDifferences) -> String {
        let percent = String(format: "%g", 100 * differences.bootstrap.confidence)
        let lines = differences.rows.map { row in
            [row.name]
                + row.values.map { value in
                    guard let value else { return "–" }
                    let ends = [value.interval.lowerBound, value.interval.upperBound].map {
                        String(format: "%+.2f", $0)
                    }
                    return String(format: "%+.2f", value.mean) + " [\(ends[0]), \(ends[1])]"
                        + (value.isClear ? " *" : "")
                }
        }
        return """
            Differences to \(differences.best), the best in \(comparison.metric), with \(percent) % intervals of a paired \
            bootstrap over \(differences.queries) queries (mean of the seeds; * leaves zero out):

            """ + "\n" + Self.aligned([["configuration"] + differences.metrics] + lines)
    }

    /// One line a run: configuration, seed, costs, every figure.
    public var csv: String {
        var names: [String] = []
        for run in comparison.rows.flatMap(\.runs) {
            names += run.scores.names.filter { !names.contains($0) }
        }
        let header =
            ["configuration", "seed", "simulated", "parameters", "training_s", "query_ms", "threads"] + names
        let lines = comparison.rows.flatMap { row in
            row.runs.map { run in
                [
                    row.name, "\(run.seed)", "\(row.isSimulated)", "\(run.costs.parameters)",
                    String(format: "%.3f", run.costs.trainingSeconds),
                    String(format: "%.3f", run.costs.queryMilliseconds), "\(run.costs.threads)",
                ]
                    + names.map { name in run.scores[name].map { "\($0)" } ?? "" }
            }
        }
        return ([header] + lines).map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
    }

    /// As RFC 4180 wants it.
    private static func quoted(_ cell: String) -> String {
        guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }

    private static func aligned(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
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
        return ([line(rows[0]), "|" + rule.joined(separator: "|") + "|"] + rows.dropFirst().map(line)).joined(
            separator: "\n")
    }

    private static func grouped(_ number: Int) -> String {
        let digits = Array("\(number)")
        return digits.enumerated().map { index, digit in
            (index > 0 && (digits.count - index).isMultiple(of: 3) ? "," : "") + String(digit)
        }.joined()
    }

    private static func duration(_ seconds: Double) -> String {
        seconds < 100 ? String(format: "%.1f s", seconds) : String(format: "%.1f min", seconds / 60)
    }
}

extension Comparison {
    /// The figures of the field's tables.
    static let tableMetrics = [
        "MR-full-R1@0.3", "MR-full-R1@0.5", "MR-full-R1@0.7", "MR-full-R5@0.5", "MR-full-mAP@0.5",
        "MR-full-mAP@0.75", "MR-full-mAP", "MR-full-mIoU", "HL-min-VeryGood-mAP", "HL-min-VeryGood-Hit1", "HL-mAP",
    ]

    /// The figures that a table shows where nobody chooses: those of the field's tables.
    public var usualMetrics: [String] {
        let known = Set(rows.flatMap { $0.runs.flatMap(\.scores.names) })
        let found = Self.tableMetrics.filter(known.contains)
        return found.isEmpty ? known.sorted() : found
    }
}
