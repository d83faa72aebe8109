import Foundation

/// Measurements as lines for a terminal.
public enum BenchmarkTable {
    /// What the machine is, in one line.
    public static func header(_ machine: BenchmarkReport.Machine) -> String {
        let load = machine.loadAverage.map { String(format: "%.1f", $0) }.joined(separator: " ")
        return "\(machine.cores) cores, \(machine.threads) threads, libtorch \(machine.libtorch) (\(machine.kernels)), "
            + "load average \(load)"
    }

    /// The names of the columns.
    public static let columns = line(
        "", "median", "min", "p95", "cpu", "× sgemm", "of its rate", "a second", "memory")

    /// One measurement.
    public static func line(_ measurement: Timing) -> String {
        let share = measurement.shareOfProductRate.map { String(format: "%.0f %%", 100 * $0) } ?? "–"
        let memory = measurement.peakMemory.map { String(format: "%.2f GB", Double($0) * 1e-9) } ?? "–"
        let figures = line(
            measurement.subject, time(measurement.median), time(measurement.minimum), time(measurement.percentile95),
            time(measurement.processorSeconds.median), digits(measurement.timesProduct), share,
            digits(measurement.itemsPerSecond), memory)
        let added =
            measurement.addedMemory.map { String(format: "; %.1f MB more than before", Double($0) * 1e-6) } ?? ""
        return figures + "\n    \(measurement.detail)\(added)"
    }

    private static func line(_ subject: String, _ cells: String...) -> String {
        let width = 34
        let name = subject + String(repeating: " ", count: max(0, width - subject.count))
        return name + cells.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }

    /// Three digits that count, with a unit.
    static func time(_ seconds: Double) -> String {
        seconds >= 1
            ? digits(seconds) + " s" : seconds >= 1e-3 ? digits(seconds * 1e3) + " ms" : digits(seconds * 1e6) + " µs"
    }

    /// Three digits that count.
    static func digits(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        let places = max(0, 2 - Int(log10(abs(value)).rounded(.down)))
        return String(format: "%.\(places)f", value)
    }
}
