import Batches
import Evaluation
import Grounding
import Torch
import Training

/// How cost grows: of a query with clips and words, of scoring with queries and moments. ``LibraryBenchmark`` has that of a
/// search with videos.
public struct GrowthBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "growth"
    /// One line on what it does.
    public static let summary = "queries of more clips and words, scores of more answers and moments; only when named"
    /// Many sizes.
    public static let takesLong = true

    /// What is measured.
    public struct Sizes: Sendable {
        /// Clips of a video, with the first number of words.
        public var clips = [75, 150, 300, 600, 1200]
        /// Words of a sentence, on a video of the first number of clips.
        public var words = [16, 8, 32, 64]
        /// Queries that are scored, with the first number of moments.
        public var queries = [1550, 6200, 24_800]
        /// Moments of an answer, for the first number of queries.
        public var moments = [10, 100, 1000]

        /// Those that the documentation shows.
        public init() {}
    }

    private let sizes: Sizes

    /// Makes the benchmark; few and small sizes are for tests.
    public init(_ sizes: Sizes = Sizes()) { self.sizes = sizes }

    private var queries: [(clips: Int, words: Int)] {
        sizes.clips.map { ($0, sizes.words[0]) } + sizes.words.dropFirst().map { (sizes.clips[0], $0) }
    }

    private var scorings: [(queries: Int, moments: Int)] {
        sizes.queries.map { ($0, sizes.moments[0]) } + sizes.moments.dropFirst().map { (sizes.queries[0], $0) }
    }

    /// One for each size and model.
    public var measurementCount: Int { GroundingSubject.all.count * queries.count + scorings.count }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        for subject in GroundingSubject.all where stopwatch.wants(subject.name) {
            let model = try subject.make(.cpu)
            for (clips, words) in queries {
                let batch = SyntheticBatch.make(1, clips: clips, words: words, ragged: false)
                let timing = stopwatch.measure(
                    Self.name, subject.name, detail: "\(clips) clips, \(words) words",
                    operations: subject.forward(1, clips, words)
                ) {
                    _ = model.ground(batch)
                    return []
                }
                report(timing)
            }
        }
        guard stopwatch.wants(Self.scoring) else { return }
        for (queries, moments) in scorings {
            let data = SyntheticDataset(count: queries, moments: moments)
            report(
                try stopwatch.measure(
                    Self.name, Self.scoring, detail: "\(queries) queries, \(moments) moments an answer", items: queries
                ) {
                    _ = try ScoreReport(data.predictions, annotations: data.annotations, benchmark: .qvhighlights)
                    return []
                })
        }
    }

    private static let scoring = "scores, from memory"
}
