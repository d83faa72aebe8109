import Batches
import Grounding

/// The answer to one query whose features are there: a forward pass and the ranking.
public struct QueryBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "query"
    /// One line on what it does.
    public static let summary = "one query of 16 words on 75 clips, features given, to ranked moments"

    /// Makes the benchmark.
    public init() {}

    /// Moment-DETR and two sizes of CDNet.
    public var measurementCount: Int { 3 }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        let (clips, words) = (75, 16)
        let batch = SyntheticBatch.make(1, clips: clips, words: words, ragged: false)
        let (video, text) = (SyntheticBatch.videoWidth, SyntheticBatch.textWidth)
        let rival = MomentDETRConfiguration(videoWidth: video, textWidth: text)
        let small = CDNetConfiguration.small(videoWidth: video, textWidth: text)
        let paper = CDNetConfiguration.paper(videoWidth: video, textWidth: text)
        let subjects: [(String, any GroundingModel, Double, Int)] = [
            (
                "Moment-DETR", try MomentDETR(rival, seed: 1),
                OperationCount.forward(rival, batch: 1, clips: clips, words: words), rival.hiddenSize
            ),
            (
                "CDNet, small", try CDNet(small, seed: 1),
                OperationCount.forward(small, batch: 1, clips: clips, words: words), small.hiddenSize
            ),
            (
                "CDNet, as in the paper", try CDNet(paper, seed: 1),
                OperationCount.forward(paper, batch: 1, clips: clips, words: words), paper.hiddenSize
            ),
        ]
        for (name, model, operations, width) in subjects where stopwatch.wants(name) {
            report(measure(stopwatch, name, model, batch, operations, width))
        }
    }

    /// Ten queries a repetition, as one alone is short beside a matrix product.
    private func measure(
        _ stopwatch: Stopwatch, _ subject: String, _ model: any GroundingModel, _ batch: Batch, _ operations: Double,
        _ width: Int
    ) -> Timing {
        let perRepetition = 10
        let repetitions = stopwatch.measure(
            Self.name, subject, detail: "hidden \(width), 75 clips × \(SyntheticBatch.videoWidth), 16 words"
        ) {
            (0..<perRepetition).map { _ in
                let begin = Stopwatch.now
                _ = model.ground(batch)
                return Stopwatch.now - begin
            }
        }
        return repetitions.perAnswer(of: perRepetition, operations: operations)
    }
}

extension Timing {
    /// The same times for one of the `count` answers that each repetition gave: its median.
    func perAnswer(of count: Int, operations: Double) -> Timing {
        let groups = stride(from: 0, to: answers.count, by: count).map { Array(answers[$0..<($0 + count)]) }
        return Timing(
            benchmark: benchmark, subject: subject, detail: detail, items: 1, operations: operations,
            seconds: groups.map(\.median), processorSeconds: processorSeconds.map { $0 / Double(count) },
            productSeconds: productSeconds, productOperations: productOperations, peakMemory: peakMemory,
            answers: answers)
    }
}
