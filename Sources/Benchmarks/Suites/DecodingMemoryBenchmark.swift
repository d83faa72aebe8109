import Foundation
import Media

/// What decoding adds to the process's memory, for a minute and for an hour of video: it is to be the same.
public struct DecodingMemoryBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "decoding-memory"
    /// One line on what it does.
    public static let summary =
        "memory that decoding adds, for a minute and for an hour of 320 × 180; measure it alone"

    private let lengths: [Int]

    /// Makes the benchmark; shorter videos, in seconds, are for tests.
    public init(lengths: [Int] = [60, 3600]) { self.lengths = lengths }

    /// One for each length.
    public var measurementCount: Int { lengths.count }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        for seconds in lengths {
            let subject = "decoding \(seconds) s"
            guard stopwatch.wants(subject) else { continue }
            // Two rates in one pass, as CLIP and SlowFast want them.
            let requests = [0.5, 10].map {
                FrameRequest(.rate($0), geometry: FrameGeometry(shorterSide: 180, crop: 180))
            }
            try ScratchFolder.with { folder in
                let url = folder.appendingPathComponent("video.mp4")
                try MovingTexture(width: 320, height: 180, rate: 10).write(to: url, seconds: seconds)
                report(
                    try stopwatch.measure(
                        Self.name, subject, detail: "10 pictures a second, H.264", items: seconds, warmUp: 0,
                        mostRepetitions: 3
                    ) {
                        try VideoReader(url, threads: 2).read(requests) { _, _, _, _ in }
                        return []
                    })
            }
        }
    }
}
