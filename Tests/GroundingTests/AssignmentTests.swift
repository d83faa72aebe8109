import Batches
import Grounding
import TestSupport
import Testing
import Torch

/// The least total over all assignments, by trying each of them.
private func leastTotal(_ cost: CostMatrix, row: Int = 0, taken: Set<Int> = []) -> Double {
    let skippable = cost.rows - cost.columns
    if row == cost.rows { return taken.count == min(cost.rows, cost.columns) ? 0 : .infinity }
    var least = skippable > 0 ? leastTotal(cost, row: row + 1, taken: taken) : .infinity
    for column in 0..<cost.columns where !taken.contains(column) {
        least = min(least, cost[row, column] + leastTotal(cost, row: row + 1, taken: taken.union([column])))
    }
    return least
}

@Suite("Hungarian assignment")
struct AssignmentTests {
    @Test("no assignment is cheaper, for any shape, with and without ties and forbidden pairs")
    func optimal() throws {
        let random = RandomSource(seed: 9)
        for rows in 1...5 {
            for columns in 1...6 {
                for kind in 0..<4 {
                    var values = random.uniform([rows * columns], -3, 3, dtype: .float64).doubles()
                    if kind == 1 { values = values.map { $0.rounded() } }
                    if kind == 2 { values = values.map { $0 * 1e8 } }
                    if kind == 3 { values = values.map { $0 > 2 ? .infinity : $0 } }
                    let cost = CostMatrix(rows: rows, columns: columns, values: values)
                    let least = leastTotal(cost)
                    guard least.isFinite else {
                        let infeasible = AssignmentError.infeasible(rows: rows, columns: columns)
                        #expect(throws: infeasible) { try hungarian(cost) }
                        continue
                    }
                    let pairs = try hungarian(cost)
                    let total = pairs.reduce(0) { $0 + cost[$1.row, $1.column] }
                    #expect(abs(total - least) <= 1e-9 * max(1, abs(least)), "\(cost)")
                    #expect(pairs.count == min(rows, columns) && Set(pairs.map(\.column)).count == pairs.count)
                    #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.row < $1.row })
                }
            }
        }
    }

    @Test("by hand, wide and tall")
    func byHand() throws {
        let wide = try hungarian(CostMatrix([[4, 1, 3], [2, 0.5, 5]]))
        #expect(wide.map(\.row) == [0, 1] && wide.map(\.column) == [1, 0])
        let tall = try hungarian(CostMatrix([[4, 1.5], [1, 0], [3, 5]]))
        #expect(tall.map(\.row) == [0, 1] && tall.map(\.column) == [1, 0])
    }

    @Test("nothing to assign")
    func empty() throws {
        #expect(try hungarian(CostMatrix(rows: 0, columns: 3, values: [])).isEmpty)
        #expect(try hungarian(CostMatrix(rows: 3, columns: 0, values: [])).isEmpty)
    }

    @Test("costs that mean nothing are refused with their place")
    func refusals() throws {
        for bad in [Double.nan, -.infinity] {
            let error = #expect(throws: AssignmentError.self) { try hungarian(CostMatrix([[1, 2], [3, bad]])) }
            guard case .invalidCost(row: 1, column: 1, cost: _) = try #require(error) else {
                Issue.record("\(error as Any)")
                continue
            }
        }
        let error = #expect(throws: AssignmentError.self) {
            try hungarian(CostMatrix([[1, .infinity, .infinity], [2, .infinity, .infinity]]))
        }
        #expect(error == .infeasible(rows: 2, columns: 3))
        #expect("\(try #require(error))".contains("2×3"))
    }
}

@Suite("Matching predictions with moments")
struct AssignmentMatcherTests {
    private let targets = TargetSpans([[Span(10, 20)], [Span(0, 5), Span(40, 50)]], durations: [100, 50])

    @Test("targets become shares of the duration, padded with the whole video")
    func targetSpans() {
        let expected = Tensor([0.1, 0.2, 0, 1, 0, 0.1, 0.8, 1] as [Float], shape: [2, 2, 2])
        #expect(mismatch(targets.spans, expected) == nil)
        #expect(targets.counts == [1, 2])
    }

    @Test("the cost of a pair by hand, in both forms")
    func costs() {
        let spans = Tensor([0.0, 0.4], shape: [1, 1, 2])
        let wanted = TargetSpans(spans: Tensor([0.2, 0.6], shape: [1, 1, 2]), counts: [1])
        let probabilities = Tensor([[0.7]])
        var matcher = MomentMatcher(confidence: 4, distance: 10, overlap: 1, form: .startEnd)
        let overlap = 0.2 / 0.6
        let apart = matcher.costs(probabilities: probabilities, spans: spans, targets: wanted)
        #expect(abs(apart.item() - (10 * 0.4 - overlap - 4 * 0.7)) <= 1e-12)
        matcher.form = .centerWidth
        let centered = matcher.costs(probabilities: probabilities, spans: spans, targets: wanted)
        #expect(abs(centered.item() - (10 * 0.2 - overlap - 4 * 0.7)) <= 1e-12)
    }

    @Test("each moment gets the nearest prediction; predictions that do not count get none")
    func match() throws {
        let spans = Tensor(
            [0.5, 0.6, 0.1, 0.2, 0.1, 0.2, 0.79, 1, 0.3, 0.4, 0, 0.1] as [Float], shape: [2, 3, 2])
        let even = Tensor.full([2, 3], 0.5)
        let pairs = try MomentMatcher().match(probabilities: even, spans: spans, targets: targets)
        #expect(pairs.items == [0, 1, 1])
        #expect([1, 2].contains(pairs.predictions[0]))
        #expect(pairs.predictions.dropFirst() == [0, 2] && pairs.targets == [0, 1, 0])

        let confident = Tensor([[0, 0.2, 0.9], [0.5, 0.5, 0.5]] as [[Float]])
        let sure = try MomentMatcher().match(probabilities: confident, spans: spans, targets: targets)
        #expect(sure.predictions == [2, 0, 2])
        let fewer = try MomentMatcher().match(
            probabilities: confident, spans: spans, targets: targets, counts: [2, 2])
        #expect(fewer.predictions == [1, 0, 1] && fewer.targets == [0, 1, 0])

        #expect(mismatch(sure.predicted(confident), Tensor([0.9, 0.5, 0.5] as [Float])) == nil)
        #expect(mismatch(sure.targeted(targets.spans)[1], Tensor([0.8, 1] as [Float])) == nil)
        #expect(sure.mask(2, 3).bools() == [false, false, true, true, false, true])
    }

    @Test("without moments there are no pairs, and what they would pick is empty")
    func nothing() throws {
        let none = TargetSpans([[], []], durations: [1, 1])
        let spans = Tensor.zeros([2, 3, 2])
        let pairs = try MomentMatcher().match(probabilities: .zeros([2, 3]), spans: spans, targets: none)
        #expect(pairs.count == 0)
        #expect(pairs.predicted(spans).shape == [0, 2])
    }

    @Test("a prediction that is NaN is refused with the item's number")
    func notANumber() throws {
        let spans = Tensor([0, 1, 0, 1, 0, 1, .nan, 1] as [Float], shape: [2, 2, 2])
        let error = #expect(throws: MatchingError.self) {
            try MomentMatcher().match(probabilities: .zeros([2, 2]), spans: spans, targets: targets)
        }
        #expect(error?.item == 1)
        #expect("\(try #require(error))".contains("item 1"))
    }
}
