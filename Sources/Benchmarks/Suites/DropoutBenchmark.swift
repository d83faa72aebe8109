import Torch

/// Dropout of as many elements as a batch of features has.
public struct DropoutBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "dropout"
    /// One line on what it does.
    public static let summary = "dropout of 32 × 75 × 2818 elements, forward only, beside a copy"

    /// Makes the benchmark.
    public init() {}

    /// Dropout and a copy.
    public var measurementCount: Int { 2 }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        let x = Tensor.uniform([32, 75, SyntheticBatch.videoWidth], -1, 1, seed: 1, stream: 0)
        let random = RandomSource(seed: 1)
        for (name, work) in [
            ("dropout", { _ = random.dropout(x, rate: 0.5) }),
            ("copy", { _ = x.cloned() }),
        ] where stopwatch.wants(name) {
            report(
                stopwatch.measure(
                    Self.name, name, detail: "\(x.count) elements", items: x.count, mostRepetitions: 30
                ) {
                    work()
                    return []
                })
        }
    }
}
