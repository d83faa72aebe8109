import Foundation
import Testing

@testable import Evaluation

@Suite("Measures") struct MeasureTests {
    @Test(
        "overlap of two windows",
        arguments: [
            [0, 10, 0, 10, 1], [0, 10, 5, 15, 1.0 / 3], [0, 10, 10, 20, 0], [0, 10, 20, 30, 0], [2, 4, 0, 8, 0.25],
            [5, 5, 0, 10, 0],
        ] as [[Double]])
    func overlap(numbers: [Double]) {
        let one = TimeWindow(start: numbers[0], end: numbers[1])
        let other = TimeWindow(start: numbers[2], end: numbers[3])
        #expect(IntersectionOverUnion.bySum(one, other) == numbers[4])
        #expect(IntersectionOverUnion.byHull(one, other) == numbers[4])
    }

    @Test("NaN ends give NaN, and a hull without length gives 0")
    func strangeOverlap() {
        let window = TimeWindow(start: 0, end: 10)
        #expect(IntersectionOverUnion.bySum(TimeWindow(start: .nan, end: 10), window).isNaN)
        #expect(IntersectionOverUnion.byHull(TimeWindow(start: 0, end: .nan), window).isNaN)
        let point = TimeWindow(start: 5, end: 5)
        #expect(IntersectionOverUnion.byHull(point, point) == 0)
        #expect(IntersectionOverUnion.bySum(TimeWindow(start: 10, end: 0), window).isNaN)
    }

    @Test("percentages round the exact binary value, as printf does")
    func rounding() throws {
        for count in 1...1600 where count % 7 == 0 || count == 800 || count == 1600 {
            for hits in stride(from: 0, through: count, by: 3) {
                let share = Double(hits) / Double(count)
                #expect(Percentage(share: share)?.description == String(format: "%.2f", 100 * share))
            }
        }
        for _ in 0..<2000 {
            let share = Double.random(in: 0...1)
            let text = String(format: "%.2f", 100 * share)
            #expect(Percentage(share: share)?.description == text)
            #expect(Percentage(share: share)?.value == Double(text))
        }
        #expect(Percentage(share: 0.00125)?.description == String(format: "%.2f", 100 * 0.00125))
        #expect(Percentage(share: -0.12345)?.description == String(format: "%.2f", 100 * -0.12345))
        #expect(Percentage(share: .nan) == nil)
        #expect(Percentage(share: .infinity) == nil)
    }

    @Test("a pairwise sum is the sum", arguments: [0, 1, 7, 8, 9, 127, 128, 129, 1000, 4650])
    func sums(count: Int) {
        let whole = (0..<count).map { Double($0) }
        #expect(whole.withUnsafeBufferPointer(pairwiseSum) == Double(count * (count - 1) / 2))
        let tenths = Array(repeating: 0.1, count: count)
        #expect(abs(tenths.withUnsafeBufferPointer(pairwiseSum) - Double(count) / 10) <= 1e-13 * Double(count))
    }

    @Test("suppression keeps the first of those that overlap, in the order given")
    func suppression() {
        let windows = [
            RankedWindow(start: 0, end: 10, score: 0.1), RankedWindow(start: 1, end: 10, score: 0.9),
            RankedWindow(start: 5, end: 15, score: 0.5), RankedWindow(start: 40, end: 50, score: 0.2),
        ]
        #expect(suppressed(windows, threshold: 0.5, limit: 10) == [windows[0], windows[2], windows[3]])
        #expect(suppressed(windows, threshold: 0.3, limit: 10) == [windows[0], windows[3]])
        #expect(suppressed(windows, threshold: 0.95, limit: 2) == [windows[0], windows[1]])
        // At the threshold a window stays.
        #expect(suppressed(windows, threshold: 0.9, limit: 10).count == 4)
    }
}
