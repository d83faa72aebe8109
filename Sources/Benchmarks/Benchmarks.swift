/// Something that `moments bench` measures.
public protocol BenchmarkSuite {
    /// What it is called on the command line.
    static var name: String { get }
    /// One line on what it does.
    static var summary: String { get }

    /// How many measurements it makes: each gets its part of the time.
    var measurementCount: Int { get }

    /// Measures; tells each measurement as soon as it is made.
    ///
    /// - Throws: what writing and reading temporary files throws.
    func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws
}

extension BenchmarkSuite {
    /// One measurement.
    public var measurementCount: Int { 1 }
}

/// All benchmarks in the order in which they run.
public enum Benchmarks {
    /// The benchmarks.
    ///
    /// - Parameter coldStart: How a process that answers one query is started.
    public static func all(coldStart: ColdStartBenchmark.Command) -> [any BenchmarkSuite] {
        [
            TrainingStepBenchmark(), QueryBenchmark(), DropoutBenchmark(), LoadingBenchmark(), ScoringBenchmark(),
            ColdStartBenchmark(coldStart), CLIPBenchmark(), SlowFastBenchmark(), VideoBenchmark(),
            DecodingMemoryBenchmark(),
        ]
    }
}
