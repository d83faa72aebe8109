import Torch
import Training

/// Something that `moments bench` measures.
public protocol BenchmarkSuite {
    /// What it is called on the command line.
    static var name: String { get }
    /// One line on what it does.
    static var summary: String { get }

    /// Whether it runs only when it is named.
    static var takesLong: Bool { get }

    /// How many measurements it makes: each gets its part of the time.
    var measurementCount: Int { get }

    /// Measures; tells each measurement as soon as it is made.
    ///
    /// - Throws: what writing and reading temporary files throws.
    func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws
}

extension BenchmarkSuite {
    /// It runs with all others.
    public static var takesLong: Bool { false }

    /// One measurement.
    public var measurementCount: Int { 1 }
}

/// All benchmarks in the order in which they run.
public enum Benchmarks {
    /// The benchmarks.
    ///
    /// - Parameters:
    ///   - coldStart: How a process that answers one query is started.
    ///   - libraries: What `library` looks through.
    ///   - device: Where models train and answer; nothing else leaves the processor.
    ///   - precision: Arithmetic of training.
    public static func all(
        coldStart: ColdStartBenchmark.Command, libraries: LibraryBenchmark.Libraries = .init(), device: Device = .cpu,
        precision: OptimisationConfiguration.Precision = .single
    ) -> [any BenchmarkSuite] {
        [
            TrainingStepBenchmark(device: device, precision: precision), QueryBenchmark(device: device),
            DropoutBenchmark(), LoadingBenchmark(), ScoringBenchmark(),
            ColdStartBenchmark(coldStart), CLIPBenchmark(), SlowFastBenchmark(), VideoBenchmark(),
            DecodingMemoryBenchmark(), LibraryBenchmark(libraries), GrowthBenchmark(),
        ]
    }
}
