import Batches
import Grounding
import Testing
import Torch

@testable import Finding

@Suite struct `Finding without training` {
    /// Pictures of a cosine with the sentence (1, 0, 0).
    private func pictures(_ cosines: [Double], scale: Double = 1) -> Tensor {
        Tensor(
            cosines.flatMap { [Float($0 * scale), Float((1 - $0 * $0).squareRoot() * scale), 0] },
            shape: [cosines.count, 3])
    }

    private let sentence = Tensor([Float(2), 0, 0])

    private func query(_ clips: Int) -> Query {
        Query(id: "q", text: "A dog.", video: "v", duration: Double(clips) * 2 - 0.5, clipLength: 2)
    }

    @Test func `finds where the pictures fit, with scores from 0 to 1`() throws {
        var cosines = [Double](repeating: 0.18, count: 60)
        for clip in 30..<40 { cosines[clip] = 0.32 }
        let answer = try ZeroShotFinder()(clips: pictures(cosines, scale: 7), sentence: sentence, query: query(60))
        let best = try #require(answer.grounding.moments.first)
        #expect(best.span.iou(Span(60, 80)) > 0.7)
        #expect(best.score > 0.9 && best.score < 1)
        #expect(zip(answer.grounding.saliency, cosines).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(answer.grounding.relevance?.count == 60)
        #expect((answer.grounding.relevance ?? []).allSatisfy { $0 > 0 && $0 < 1 })
        #expect(answer.cosines.count == answer.grounding.moments.count)
        #expect(
            zip(answer.cosines, answer.grounding.moments).allSatisfy { ZeroShotFinder.score(cosine: $0) == $1.score })
    }

    @Test func `gives low scores where nothing fits, and the same ones every time`() throws {
        let cosines = (0..<2000).map { 0.15 + 0.02 * Double(($0 * 37) % 11) / 11 }
        let clips = pictures(cosines)
        let first = try ZeroShotFinder()(clips: clips, sentence: sentence, query: query(2000)).grounding
        let second = try ZeroShotFinder()(clips: clips, sentence: sentence, query: query(2000)).grounding
        #expect(first.moments.allSatisfy { $0.score < 0.1 })
        #expect(first.moments == second.moments)
        #expect(first.saliency == second.saliency)
    }

    @Test func `maps a cosine to a score as documented`() {
        #expect(ZeroShotFinder.score(cosine: 0.25) == 0.5)
        #expect(abs(ZeroShotFinder.score(cosine: 0.30) - 0.8808) < 1e-4)
        #expect(abs(ZeroShotFinder.score(cosine: 0.20) - 0.1192) < 1e-4)
        #expect(ZeroShotFinder.score(cosine: 1) <= 1 && ZeroShotFinder.score(cosine: -1) >= 0)
    }
}
