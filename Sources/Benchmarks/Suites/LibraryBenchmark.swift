import Foundation
import TensorFiles
import Torch
import VideoLibrary

/// The first stage of a library's search: the 200 clips that are nearest to a sentence, exactly and by the index.
public struct LibraryBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "library"
    /// One line on what it does.
    public static let summary = "nearest clips among generated vectors, exactly and by the index; long, only when named"
    /// The index of a million clips is built for minutes.
    public static let takesLong = true
    /// Clips, where nobody says otherwise.
    public static let standardSizes = [10_000, 100_000, 1_000_000]

    /// Clips that the first stage of a search keeps.
    private static let candidates = 200

    private let sizes: [Int]
    private let clips: GeneratedClips

    /// Makes the benchmark; small sizes and widths are for tests.
    public init(sizes: [Int] = LibraryBenchmark.standardSizes, clips: GeneratedClips = GeneratedClips()) {
        self.sizes = sizes
        self.clips = clips
    }

    /// Two for each size.
    public var measurementCount: Int { 2 * sizes.count }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        for size in sizes {
            let exactly = "\(size) clips, exact"
            let approximately = "\(size) clips, by the index"
            guard stopwatch.wants(exactly) || stopwatch.wants(approximately) else { continue }
            try ScratchFolder.with { folder in
                let vectors = try written(size, to: folder.appendingPathComponent("vectors.f16"))
                let exact = ExactSearch(vectors)
                if stopwatch.wants(exactly) {
                    report(try measure(exact, stopwatch, exactly, size, detail: "compared one by one"))
                }
                guard stopwatch.wants(approximately) else { return }
                let begun = ContinuousClock.now
                let file = folder.appendingPathComponent("index.faiss")
                let index = try ApproximateSearch.built(over: vectors, in: [0..<size], at: file)
                let seconds = begun.duration(to: .now) / .seconds(1)
                let bytes = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
                let detail =
                    "built in \(BenchmarkTable.time(seconds)), \(bytes >> 20) MiB, \(index.search.effort.probes) lists "
                    + "a question, \(try recall(of: index.search, exact, size))"
                report(try measure(index.search, stopwatch, approximately, size, detail: detail))
            }
        }
    }

    private func measure(
        _ search: any CandidateSearch, _ stopwatch: Stopwatch, _ subject: String, _ size: Int, detail: String
    ) throws -> Timing {
        let sentences = clips.sentences(10, part: 1 << 40)
        var timing = try stopwatch.measure(Self.name, subject, detail: detail, items: sentences.count, warmUp: 1) {
            try sentences.map { sentence in
                let begun = ContinuousClock.now
                _ = try search.nearest(to: sentence, count: Self.candidates, in: [0..<size])
                return begun.duration(to: .now) / .seconds(1)
            }
        }
        let answers = "p50 \(BenchmarkTable.time(timing.answers.median)) a question, "
        let own = ProcessStatistics.ownMemory.map { ", \($0 >> 20) MiB of its own" } ?? ""
        timing.detail = answers + "p99 \(BenchmarkTable.time(timing.percentile99)); \(detail)\(own)"
        return timing
    }

    /// The shares of the ten nearest clips that are found, of a hundred sentences of each kind.
    private func recall(of search: ApproximateSearch, _ exact: ExactSearch, _ size: Int) throws -> String {
        let kinds = [clips.sentences(100, part: 1 << 41), clips.distantSentences(100, part: 1 << 41)]
        let shares = try kinds.map { sentences in
            let truth = exact.nearest(to: sentences, count: 10, in: [0..<size])
            return String(format: "%.4f", try search.recall(of: sentences, truth: truth, in: [0..<size]))
        }
        return "recall at 10 \(shares[0]), of distant sentences \(shares[1])"
    }

    /// Writes vectors a part at a time, and maps them.
    private func written(_ count: Int, to url: URL) throws -> StoredTensor {
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        defer { try? file.close() }
        for (part, first) in stride(from: 0, to: count, by: 20_000).enumerated() {
            let rows = withoutGradient { clips.vectors(min(20_000, count - first), part: part) }
            try rows.withUnsafeBytes { try file.write(contentsOf: Data($0)) }
        }
        return StoredTensor(dtype: .float16, shape: [count, clips.width], storage: try ByteStorage(mapping: url))
    }
}
