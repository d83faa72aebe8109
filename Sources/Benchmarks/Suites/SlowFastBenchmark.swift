import Encoders
import Torch

/// Clips through SlowFast, with random weights.
public struct SlowFastBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "slowfast"
    /// One line on what it does.
    public static let summary = "SlowFast 8×8 R50: clips of 32 × 224 × 224 pictures"

    private let configuration: SlowFastConfiguration

    /// Makes the benchmark; smaller sizes are for tests.
    public init(_ configuration: SlowFastConfiguration = .init()) { self.configuration = configuration }

    /// One clip, and several.
    public var measurementCount: Int { 2 }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        let encoder = SlowFast.random(configuration)
        let size = configuration.cropSize
        let shape = [configuration.frames, size, size, 3]
        for count in [1, 2 * Libtorch.threadCount] {
            let subject = count == 1 ? "one clip on all cores" : "\(count) clips, one a core"
            guard stopwatch.wants(subject) else { continue }
            let clips = (0..<count).map { Tensor.uniform(shape, 0, 255, seed: 1, stream: UInt64($0)).to(.uint8) }
            report(
                stopwatch.measure(
                    Self.name, subject, detail: encoder.identifier, items: count,
                    operations: encoder.operations * Double(count), warmUp: 1
                ) {
                    _ = encoder.encode(clips: clips)
                    return []
                })
        }
    }
}
