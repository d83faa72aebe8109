import Foundation

/// What a report says of one measurement: read back from JSON, as a program of any revision writes it.
public struct BenchmarkRecord: Codable, Hashable, Sendable {
    /// The benchmark's name, such as `training-step`.
    public let benchmark: String
    /// What was measured, such as `Moment-DETR`.
    public let subject: String
    /// The median of how many matrix products of the same moment a repetition takes.
    public let timesProduct: Double
    /// The part of the product's rate; nil where nobody counted operations.
    public let share: Double?
    /// The process's greatest resident memory meanwhile, in bytes; nil where it is not known.
    public let peakMemory: Int?

    enum CodingKeys: String, CodingKey {
        case benchmark, subject
        case timesProduct = "times_sgemm"
        case share = "share_of_sgemm_rate"
        case peakMemory = "peak_memory_bytes"
    }

    /// Describes a measurement.
    public init(benchmark: String, subject: String, timesProduct: Double, share: Double? = nil, peakMemory: Int? = nil)
    {
        self.benchmark = benchmark
        self.subject = subject
        self.timesProduct = timesProduct
        self.share = share
        self.peakMemory = peakMemory
    }

    /// What stays of a measurement.
    public init(_ timing: Timing) {
        self.init(
            benchmark: timing.benchmark, subject: timing.subject, timesProduct: timing.timesProduct,
            share: timing.shareOfProductRate, peakMemory: timing.peakMemory)
    }

    /// Reads the measurements of a report, as `moments bench --json` prints it.
    ///
    /// - Throws: `DecodingError` where it is none.
    public static func all(inReport json: Data) throws -> [BenchmarkRecord] {
        struct Report: Decodable { let results: [BenchmarkRecord] }
        return try JSONDecoder().decode(Report.self, from: json).results
    }
}

/// A line of a history of benchmarks: ratios to a matrix product, which outlast the machine's moods.
public struct BenchmarkHistoryLine: Codable, Sendable {
    /// The day, as 2026-11-26.
    public let date: String
    /// What was measured, such as a revision.
    public let label: String
    /// The machine.
    public let machine: BenchmarkReport.Machine
    /// The measurements.
    public let results: [BenchmarkRecord]

    /// Describes today's measurements.
    public init(label: String, machine: BenchmarkReport.Machine, measurements: [Timing]) {
        date = Date().formatted(.iso8601.year().month().day())
        self.label = label
        self.machine = machine
        results = measurements.map(BenchmarkRecord.init)
    }

    /// Adds the line to a file, which is made where it is not there.
    ///
    /// - Throws: what writing throws.
    public func append(to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(self) + Data("\n".utf8)
        if let handle = try? FileHandle(forWritingTo: file) {
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: line)
        } else {
            try line.write(to: file, options: .atomic)
        }
    }
}
