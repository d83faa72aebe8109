import Foundation

/// Two builds of the program, measured in turns: how many times as fast one is as the other.
public struct RevisionComparison: Sendable {
    /// What both have measured in every round.
    public struct Row: Hashable, Sendable {
        /// The benchmark and its subject.
        public let name: String
        /// For each round, how many times as long the other one takes, each counted in its own matrix products.
        public let ratios: [Double]
        /// How many times as much memory the other one takes; nil where it is not known.
        public let memory: Double?

        /// The middle round's.
        public var median: Double { ratios.median }
    }

    /// A row for each measurement that both make, in this one's order.
    public let rows: [Row]

    /// Puts rounds together.
    ///
    /// - Parameter rounds: What this build and the other one have measured, a pair each round.
    public init(_ rounds: [(own: [BenchmarkRecord], other: [BenchmarkRecord])]) {
        func find(_ record: BenchmarkRecord, in records: [BenchmarkRecord]) -> BenchmarkRecord? {
            records.first { $0.benchmark == record.benchmark && $0.subject == record.subject }
        }
        rows = (rounds.first?.own ?? []).compactMap { record in
            let pairs = rounds.compactMap { round in
                find(record, in: round.own).flatMap { own in find(record, in: round.other).map { (own, $0) } }
            }
            guard pairs.count == rounds.count else { return nil }
            let memory = pairs.compactMap { own, other in
                own.peakMemory.flatMap { own in other.peakMemory.map { Double($0) / Double(own) } }
            }
            return Row(
                name: "\(record.benchmark), \(record.subject)",
                ratios: pairs.map { $1.timesProduct / $0.timesProduct }, memory: memory.isEmpty ? nil : memory.median)
        }
    }

    /// Lines for a terminal.
    public var table: String {
        let lines = rows.map { row in
            [
                row.name, String(format: "%.2f", row.median),
                String(format: "%.2f – %.2f", row.ratios.min() ?? .nan, row.ratios.max() ?? .nan),
                row.memory.map { String(format: "%.2f", $0) } ?? "–",
            ]
        }
        let all = [["", "times as fast", "rounds", "memory of the other"]] + lines
        let widths = (0..<4).map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { line in
            zip(line, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + space : space + cell.0
            }.joined(separator: "   ")
        }.joined(separator: "\n")
    }
}

/// A build of the program that measures.
public struct BenchmarkProgram: Sendable {
    /// Why it gave no figures.
    public struct Failure: Error, CustomStringConvertible {
        /// The program, and what was wrong.
        public let description: String
    }

    /// The program.
    public let url: URL
    /// What `bench` is called with, `--json` aside.
    public let arguments: [String]

    /// Names a program.
    public init(_ url: URL, arguments: [String]) {
        self.url = url
        self.arguments = arguments
    }

    /// Measures once; what it tells meanwhile goes to the standard error.
    ///
    /// - Throws: ``Failure`` where it cannot be started, fails, or prints something else.
    public func measure() throws -> [BenchmarkRecord] {
        let process = Process()
        let output = Pipe()
        process.executableURL = url
        process.arguments = ["bench", "--json"] + arguments
        process.standardOutput = output
        do { try process.run() } catch {
            throw Failure(description: "\(url.path) cannot be started: \(error.localizedDescription)")
        }
        let json = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(url.path) bench stopped with \(process.terminationStatus)")
        }
        guard let records = try? BenchmarkRecord.all(inReport: json) else {
            throw Failure(description: "\(url.path) bench --json printed no report")
        }
        return records
    }
}
