import Batches
import Grounding
import Torch

/// The answer to one query whose features are there: a forward pass and the ranking.
public struct QueryBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "query"
    /// One line on what it does.
    public static let summary = "one query of 16 words on 75 clips, features given, to ranked moments"

    private let device: Device

    /// Makes the benchmark; the model and the features lie on `device`.
    public init(device: Device = .cpu) { self.device = device }

    /// One for each model.
    public var measurementCount: Int { GroundingSubject.all.count }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        let (clips, words) = (75, 16)
        let batch = SyntheticBatch.make(1, clips: clips, words: words, ragged: false).to(device)
        for subject in GroundingSubject.all where stopwatch.wants(subject.name) {
            let model = try subject.make(device)
            report(measure(stopwatch, subject, model, batch, operations: subject.forward(1, clips, words)))
        }
    }

    /// Ten queries a repetition, as one alone is short beside a matrix product.
    private func measure(
        _ stopwatch: Stopwatch, _ subject: GroundingSubject, _ model: any GroundingModel, _ batch: Batch,
        operations: Double?
    ) -> Timing {
        let perRepetition = 10
        let repetitions = stopwatch.measure(
            Self.name, subject.name,
            detail: "hidden \(subject.width), 75 clips × \(SyntheticBatch.videoWidth), 16 words"
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
    func perAnswer(of count: Int, operations: Double?) -> Timing {
        let groups = stride(from: 0, to: answers.count, by: count).map { Array(answers[$0..<($0 + count)]) }
        return Timing(
            benchmark: benchmark, subject: subject, detail: detail, items: 1, operations: operations,
            seconds: groups.map(\.median), processorSeconds: processorSeconds.map { $0 / Double(count) },
            productSeconds: productSeconds, productOperations: productOperations, peakMemory: peakMemory,
            answers: answers)
    }
}
