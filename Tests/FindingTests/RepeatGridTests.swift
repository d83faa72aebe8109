import Batches
import Foundation
import Grounding
import Testing

@testable import Finding

@Suite struct `Repeats among many moments` {
    /// Moments of all lengths, many of them near each other, from a fixed sequence.
    private func moments(_ count: Int, seed: UInt64) -> [RankedMoment] {
        var state = seed
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
        return (0..<count).map { index in
            let start = (next() * 400).rounded() / 2
            let length = index % 17 == 0 ? 0 : pow(2, next() * 8) / 2
            return RankedMoment(Span(start, start + length), score: (next() * 50).rounded() / 50)
        }
    }

    @Test(arguments: [0.1, 0.5, 0.7, 0.95, 0, 1], [1, 2, 3])
    func `are those that temporalNMS drops`(_ threshold: Double, _ seed: UInt64) {
        let all = moments(600, seed: seed)
        #expect(momentsWithoutRepeats(all, threshold: threshold) == temporalNMS(all, threshold: threshold))
    }

    @Test func `are found among odd spans too`() {
        for odd in [Span(5, 3), Span(.nan, 2), Span(0, .infinity)] {
            let all = moments(40, seed: 7) + [RankedMoment(odd, score: 0.5)]
            let (fast, slow) = (momentsWithoutRepeats(all, threshold: 0.7), temporalNMS(all, threshold: 0.7))
            #expect(fast.map(\.score) == slow.map(\.score))
        }
        #expect(momentsWithoutRepeats([], threshold: 0.7).isEmpty)
    }

    @Test func `cost as many comparisons as there are moments, however long the video`() {
        // Half-overlapping moments all along: nothing is dropped, and each has few neighbours.
        func cellsLookedAt(_ count: Int) -> Int {
            var grid = RepeatGrid(threshold: 0.7)
            let taken = (0..<count).count { grid.takes(Span(Double($0) * 5, Double($0) * 5 + 10)) }
            #expect(taken == count)
            return grid.comparisons
        }
        let (short, long) = (cellsLookedAt(500), cellsLookedAt(4000))
        #expect(long <= 9 * short && long < 4000 * 20)
    }
}
