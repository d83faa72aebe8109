import Evaluation
import Testing

@Suite("The paired bootstrap")
struct PairedBootstrapTests {
    @Test("the same difference everywhere leaves no doubt")
    func constant() throws {
        let tested = try #require(PairedBootstrap(samples: 100).intervals(of: [[2, 2, 2, 2]])[0])
        #expect(tested.mean == 2)
        #expect(tested.interval == 2...2)
        #expect(tested.isClear)
        #expect(tested.queries == 4)
    }

    @Test("the interval of many independent differences is that of the normal distribution")
    func normal() throws {
        // ±1 in turn: mean 0, deviation 1, so the mean of 400 has a standard error of 0.05.
        let differences = (0..<400).map { $0.isMultiple(of: 2) ? 1.0 : -1.0 }
        let tested = try #require(PairedBootstrap(samples: 4_000).intervals(of: [differences])[0])
        #expect(tested.mean == 0)
        #expect(abs(tested.interval.lowerBound + 1.96 * 0.05) < 0.01)
        #expect(abs(tested.interval.upperBound - 1.96 * 0.05) < 0.01)
        #expect(!tested.isClear)
    }

    @Test("a difference that is large against its spread is clear, a wider confidence is wider")
    func clear() throws {
        let differences = (0..<200).map { 0.5 + ($0.isMultiple(of: 2) ? 1.0 : -1.0) }
        let usual = try #require(PairedBootstrap(samples: 2_000).intervals(of: [differences])[0])
        let wide = try #require(PairedBootstrap(samples: 2_000, confidence: 0.999).intervals(of: [differences])[0])
        #expect(usual.isClear)
        #expect(wide.interval.lowerBound < usual.interval.lowerBound)
        #expect(wide.interval.upperBound > usual.interval.upperBound)
    }

    @Test("the same seed draws the same queries, for all comparisons at once")
    func repeatable() {
        let first = (0..<50).map { Double($0 % 7) }
        let second = (0..<50).map { Double($0 % 5) - 3 }
        let both = PairedBootstrap(samples: 500, seed: 9).intervals(of: [first, second])
        #expect(both == PairedBootstrap(samples: 500, seed: 9).intervals(of: [first, second]))
        #expect(both[1] == PairedBootstrap(samples: 500, seed: 9).intervals(of: [second])[0])
        #expect(both[1] != PairedBootstrap(samples: 500, seed: 10).intervals(of: [second])[0])
    }

    @Test("a query that does not count for one comparison counts for the others")
    func missing() throws {
        let tested = PairedBootstrap(samples: 200).intervals(of: [
            [1, .nan, 1, .nan], [3, 3, 3, 3], [.nan, .nan, .nan, .nan],
        ])
        #expect(try #require(tested[0]).mean == 1)
        #expect(try #require(tested[0]).interval == 1...1)
        #expect(try #require(tested[0]).queries == 2)
        #expect(try #require(tested[1]).queries == 4)
        #expect(tested[2] == nil)
        #expect(PairedBootstrap().intervals(of: []).isEmpty)
        #expect(PairedBootstrap().intervals(of: [[]]) == [nil])
    }
}
