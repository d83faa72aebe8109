import Foundation
import VideoLibrary

/// The first stage of a library's search: the 200 clips that are nearest to a sentence, exactly and by the index.
public struct LibraryBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "library"
    /// One line on what it does.
    public static let summary = "nearest clips among generated vectors, exactly and by the index; long, only when named"
    /// The index of a million clips is built for minutes.
    public static let takesLong = true

    /// Libraries of which sizes, and where they lie.
    public struct Libraries: Sendable {
        /// Clips of each.
        public var sizes: [Int]
        /// Where vectors and indexes stay, to be measured again; nil for a folder that is gone afterwards.
        public var folder: URL?

        /// Names sizes and a place.
        public init(sizes: [Int] = [10_000, 100_000, 1_000_000], folder: URL? = nil) {
            (self.sizes, self.folder) = (sizes, folder)
        }
    }

    /// Clips that the first stage of a search keeps.
    private static let candidates = 200

    private let libraries: Libraries
    private let clips: GeneratedClips
    private let mostQuestions: Int

    /// Makes the benchmark; small sizes and widths are for tests.
    ///
    /// - Parameter mostQuestions: Between two matrix products; fewer are asked where they take long.
    public init(
        _ libraries: Libraries = Libraries(), clips: GeneratedClips = GeneratedClips(), mostQuestions: Int = 200
    ) {
        (self.libraries, self.clips, self.mostQuestions) = (libraries, clips, mostQuestions)
    }

    /// Two for each size.
    public var measurementCount: Int { 2 * libraries.sizes.count }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        for size in libraries.sizes {
            let exactly = "\(size) clips, exact"
            let approximately = "\(size) clips, by the index"
            guard stopwatch.wants(exactly) || stopwatch.wants(approximately) else { continue }
            try withFolder(size) { folder in
                let library = try GeneratedLibrary(size, of: clips, in: folder)
                if stopwatch.wants(exactly) {
                    report(try measure(library.exact, stopwatch, exactly, size, detail: "compared one by one"))
                }
                guard stopwatch.wants(approximately) else { return }
                let index = try library.approximate()
                report(try measure(index.search, stopwatch, approximately, size, detail: Self.detail(index)))
            }
        }
    }

    private func withFolder(_ size: Int, _ body: (URL) throws -> Void) throws {
        guard let folder = libraries.folder else { return try ScratchFolder.with(body) }
        try body(folder.appendingPathComponent("\(size)x\(clips.width)"))
    }

    private func measure(
        _ search: any CandidateSearch, _ stopwatch: Stopwatch, _ subject: String, _ size: Int, detail: String
    ) throws -> Timing {
        let sentences = clips.sentences(mostQuestions, part: 1 << 40)
        func ask(_ sentence: [Float]) throws -> Double {
            let begun = Stopwatch.now
            _ = try search.nearest(to: sentence, count: Self.candidates, in: [0..<size])
            return Stopwatch.now - begun
        }
        // The first one may have to read the files; the second says how many take about a second.
        let (first, second) = (try ask(sentences[0]), try ask(sentences[1]))
        let count = max(1, min(mostQuestions, Int(1 / second)))
        var timing = try stopwatch.measure(Self.name, subject, detail: detail, items: count, warmUp: 1) {
            try sentences.prefix(count).map(ask)
        }
        let own = ProcessStatistics.ownMemory.map { ", \($0 >> 20) MiB of its own" } ?? ""
        timing.detail =
            "p50 \(BenchmarkTable.time(timing.answers.median)) a question, p99 "
            + "\(BenchmarkTable.time(timing.percentile99)) of \(timing.answers.count), the first "
            + "\(BenchmarkTable.time(first)); \(detail)\(own)"
        return timing
    }

    private static func detail(_ index: GeneratedLibrary.Approximate) -> String {
        let (built, effort) = (index.built, index.search.effort)
        let memory = built.memory.map { ", \($0 >> 20) MiB" } ?? ""
        return
            "built in \(BenchmarkTable.time(built.seconds)) (\(BenchmarkTable.time(built.processorSeconds)) of processor "
            + "time\(memory)), \(index.bytes >> 20) MiB, \(effort.probes) lists and \(effort.pool) clips a question, "
            + String(format: "recall at 10 %.4f, of distant sentences %.4f", index.recall, index.distantRecall)
    }
}
