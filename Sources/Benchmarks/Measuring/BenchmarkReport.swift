import Foundation
import Torch

/// What was measured, and on what.
public struct BenchmarkReport: Encodable, Sendable {
    /// The machine and how busy it was.
    public struct Machine: Codable, Sendable {
        /// Cores that the process may use.
        public let cores: Int
        /// Threads that one operation of libtorch uses.
        public let threads: Int
        /// libtorch's version.
        public let libtorch: String
        /// The widest instruction set of its kernels.
        public let kernels: String
        /// Averages of 1, 5 and 15 minutes, before the first measurement.
        public let loadAverage: [Double]

        enum CodingKeys: String, CodingKey {
            case cores, threads, libtorch, kernels
            case loadAverage = "load_average"
        }

        /// This machine, now.
        public static var current: Machine {
            Machine(
                cores: ProcessInfo.processInfo.activeProcessorCount, threads: Libtorch.threadCount,
                libtorch: Libtorch.version, kernels: Libtorch.cpuCapability,
                loadAverage: ProcessStatistics.loadAverage)
        }
    }

    /// The machine.
    public let machine: Machine
    /// In the order in which they were made.
    public let measurements: [Timing]

    /// Puts a report together.
    public init(machine: Machine, measurements: [Timing]) {
        self.machine = machine
        self.measurements = measurements
    }

    enum CodingKeys: String, CodingKey {
        case machine
        case measurements = "results"
    }

    /// The report as JSON with stable names; times in seconds, memory in bytes.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

extension Timing: Encodable {
    enum CodingKeys: String, CodingKey {
        case benchmark, subject, detail, items, repetitions
        case median = "median_s"
        case minimum = "min_s"
        case percentile95 = "p95_s"
        case percentile99 = "p99_s"
        case processor = "processor_median_s"
        case product = "sgemm_median_s"
        case timesProduct = "times_sgemm"
        case share = "share_of_sgemm_rate"
        case rate = "items_per_s"
        case operations = "operations"
        case peakMemory = "peak_memory_bytes"
        case addedMemory = "added_memory_bytes"
    }

    /// Writes the figures, not the single times.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(benchmark, forKey: .benchmark)
        try fields.encode(subject, forKey: .subject)
        try fields.encode(detail, forKey: .detail)
        try fields.encode(items, forKey: .items)
        try fields.encode(seconds.count, forKey: .repetitions)
        try fields.encode(median, forKey: .median)
        try fields.encode(minimum, forKey: .minimum)
        try fields.encode(percentile95, forKey: .percentile95)
        try fields.encode(percentile99, forKey: .percentile99)
        try fields.encode(processorSeconds.median, forKey: .processor)
        try fields.encode(productSeconds.median, forKey: .product)
        try fields.encode(timesProduct, forKey: .timesProduct)
        try fields.encodeIfPresent(shareOfProductRate, forKey: .share)
        try fields.encode(itemsPerSecond, forKey: .rate)
        try fields.encodeIfPresent(operations, forKey: .operations)
        try fields.encodeIfPresent(peakMemory, forKey: .peakMemory)
        try fields.encodeIfPresent(addedMemory, forKey: .addedMemory)
    }
}
