import Batches
import Grounding
import Testing
import Torch

@Suite("Zero-shot similarity")
struct ZeroShotSimilarityTests {
    /// A video in which some clips' last two columns point where the sentence does.
    private func batch(similar: Set<Int>, of count: Int, padding: Int = 0) -> Batch {
        let rows = (0..<(count + padding)).map { clip -> [Float] in
            clip >= count ? [0, 0, 0] : similar.contains(clip) ? [7, 1, 0] : [7, 0, 1]
        }
        return Batch(
            video: Tensor(rows).unsqueezed(0), clipCounts: [count], text: .zeros([1, 2, 4]), wordCounts: [2],
            pooledText: Tensor([[Float(2), 0]]),
            queries: [Query(id: "1", text: "a", video: "v", duration: 2 * Double(count) - 1, clipLength: 2)],
            targets: Targets(
                moments: [[Span(8, 16)]],
                inMoment: Tensor((0..<(count + padding)).map { (4..<8).contains($0) }).unsqueezed(0)))
    }

    private func model(_ change: (inout ZeroShotConfiguration) -> Void = { _ in }) throws -> ZeroShotSimilarity {
        var configuration = ZeroShotConfiguration(columns: 1..<3)
        configuration.smoothing = 1
        change(&configuration)
        return try ZeroShotSimilarity(configuration)
    }

    @Test("saliency is the cosine of CLIP's columns with the sentence, for the video's own clips")
    func saliency() throws {
        let answer = try model().ground(batch(similar: [4, 5], of: 8, padding: 3))[0]
        #expect(answer.saliency == [0, 0, 0, 0, 1, 1, 0, 0])
    }

    @Test("the run of similar clips is the best moment")
    func moments() throws {
        let answer = try model().ground(batch(similar: [4, 5, 6, 7], of: 20))[0]
        #expect(answer.moments[0] == RankedMoment(Span(8, 16), score: 1))
        let atEnd = try model().ground(batch(similar: [18, 19], of: 20))[0]
        #expect(atEnd.moments[0].span == Span(36, 39))
    }

    @Test("smoothing joins what a clip in between parts")
    func smoothing() throws {
        let batch = batch(similar: [4, 5, 7, 8], of: 20)
        let rough = try model { $0.thresholds = [0] }.ground(batch)[0]
        #expect(rough.moments.map(\.span) == [Span(8, 12), Span(14, 18)])
        let smooth = try model {
            $0.smoothing = 3
            $0.thresholds = [0.5]
        }.ground(batch)[0]
        #expect(smooth.moments.count == 1)
    }

    @Test("a video without differences answers with the whole of it")
    func flat() throws {
        let answer = try model().ground(batch(similar: [], of: 6))[0]
        #expect(answer.moments == [RankedMoment(Span(0, 11), score: 0)])
    }

    @Test("the loss is the distance of the clips in the moments")
    func loss() throws {
        let loss = try model().loss(batch(similar: [4, 5], of: 8))
        #expect(loss.total.item() == 0.5)
        #expect(try model().store.parameters.isEmpty)
    }

    @Test("a configuration that cannot be is refused")
    func refusal() {
        for change in [
            { $0.columns = 3..<3 }, { $0.smoothing = 0 }, { $0.thresholds = [] }, { $0.nmsThreshold = -1 },
            { $0.momentCount = 0 },
        ] as [(inout ZeroShotConfiguration) -> Void] {
            #expect(throws: ConfigurationError.self) { try model(change) }
        }
    }
}
