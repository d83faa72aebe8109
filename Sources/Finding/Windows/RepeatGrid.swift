import Batches
import Foundation
import Grounding

/// `temporalNMS` for the many moments of a long video: the same result, in a time that grows with their number and not with its
/// square.
func momentsWithoutRepeats(_ moments: [RankedMoment], threshold: Double) -> [RankedMoment] {
    let isOrdinary = moments.allSatisfy { $0.span.start.isFinite && $0.span.end.isFinite && $0.span.length >= 0 }
    guard moments.count > 1, isOrdinary, threshold > 0.05, threshold < 1 else {
        return temporalNMS(moments, threshold: threshold)
    }
    var grid = RepeatGrid(threshold: threshold)
    return moments.ranked().filter { grid.takes($0.span) }
}

/// Spans that overlap each other by no more than a threshold, laid out so that those that one could repeat are near it.
///
/// Two spans of an IoU above t have lengths whose ratio is above t, and the later one starts before (1 − t) of the earlier
/// one's length has passed. So each row of the grid holds the lengths from one power of 1/t to the next, in cells as wide as
/// its longest span; what a span could repeat lies in its row or the two beside it, in a few cells. A cell holds few spans, for
/// they do not overlap each other by more than t.
struct RepeatGrid {
    private struct Cell: Hashable {
        let row, column: Int
    }

    private let threshold: Double
    private var cells: [Cell: [Span]] = [:]
    /// Spans that were compared with another one: what the work grows with.
    private(set) var comparisons = 0

    /// - Parameter threshold: More than 0 and less than 1.
    init(threshold: Double) { self.threshold = threshold }

    /// Takes a span, unless it repeats one that was taken before.
    mutating func takes(_ span: Span) -> Bool {
        // A span without a length overlaps nothing.
        guard span.length > 0 else { return true }
        let row = Int((log(span.length) / -log(threshold)).rounded(.down))
        for near in (row - 1)...(row + 1) {
            let width = width(near)
            // Rounding must lose nothing: a whole cell more on either side costs little.
            let first = column(span.start - width, width) - 1
            let last = column(span.start + span.length, width) + 1
            for column in first...last {
                for taken in cells[Cell(row: near, column: column)] ?? [] {
                    comparisons += 1
                    if taken.iou(span) > threshold { return false }
                }
            }
        }
        cells[Cell(row: row, column: column(span.start, width(row))), default: []].append(span)
        return true
    }

    /// The longest span of a row.
    private func width(_ row: Int) -> Double { pow(1 / threshold, Double(row + 1)) }

    private func column(_ start: Double, _ width: Double) -> Int {
        Int(max(-1e15, min(1e15, (start / width).rounded(.down))))
    }
}
