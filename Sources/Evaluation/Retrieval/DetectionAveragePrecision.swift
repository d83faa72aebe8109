/// Average precision of ranked windows, as in ActivityNet and PASCAL VOC 2011, at several thresholds.
///
/// The buffers are kept from query to query.
struct DetectionAveragePrecision {
    private let thresholds: [Double]
    /// Whether a prediction is a true positive: thresholds × predictions.
    private var isHit: [Bool] = []
    /// Whether a ground-truth window is matched: thresholds × windows.
    private var isTaken: [Bool] = []
    private var overlaps: [Double] = []
    private var order: [Int] = []
    private var precision: [Double] = []
    private var terms: [Double] = []

    init(thresholds: [Double]) {
        self.thresholds = thresholds
    }

    /// One value per threshold, appended to `result`; 0 without predictions.
    ///
    /// - Parameters:
    ///   - ranked: predictions by decreasing score.
    ///   - wanted: ground truth, at least one window.
    mutating func append(to result: inout [Double], ranked: [TimeWindow], wanted: [TimeWindow]) {
        match(ranked, wanted)
        for row in thresholds.indices {
            result.append(area(hitsFrom: row * ranked.count, predictions: ranked.count, positives: wanted.count))
        }
    }

    /// Every prediction takes the free window that it overlaps most, if by the threshold at least.
    ///
    /// A NaN overlap is in front of all others and below no threshold, as in the official evaluator.
    private mutating func match(_ ranked: [TimeWindow], _ wanted: [TimeWindow]) {
        isHit.removeAll(keepingCapacity: true)
        isHit.append(contentsOf: repeatElement(false, count: thresholds.count * ranked.count))
        isTaken.removeAll(keepingCapacity: true)
        isTaken.append(contentsOf: repeatElement(false, count: thresholds.count * wanted.count))
        for (column, window) in ranked.enumerated() {
            overlaps.removeAll(keepingCapacity: true)
            for other in wanted { overlaps.append(IntersectionOverUnion.bySum(window, other)) }
            sortByOverlap()
            for (row, threshold) in thresholds.enumerated() {
                for candidate in order {
                    if overlaps[candidate] < threshold { break }
                    if isTaken[row * wanted.count + candidate] { continue }
                    isTaken[row * wanted.count + candidate] = true
                    isHit[row * ranked.count + column] = true
                    break
                }
            }
        }
    }

    /// Windows by decreasing overlap; among equals the later one first, NaN before all.
    private mutating func sortByOverlap() {
        order.removeAll(keepingCapacity: true)
        for index in overlaps.indices {
            let overlap = overlaps[index]
            var place = order.count
            order.append(index)
            // Equal ones move behind the newcomer.
            while place > 0, !(overlaps[order[place - 1]] > overlap), !overlaps[order[place - 1]].isNaN || overlap.isNaN
            {
                order[place] = order[place - 1]
                place -= 1
            }
            order[place] = index
        }
    }

    /// The area under the interpolated precision–recall curve.
    private mutating func area(hitsFrom start: Int, predictions: Int, positives: Int) -> Double {
        precision.removeAll(keepingCapacity: true)
        var hits = 0.0
        for column in 0..<predictions {
            if isHit[start + column] { hits += 1 }
            precision.append(hits / Double(column + 1))
        }
        if hits == 0 { return 0 }
        for column in stride(from: predictions - 2, through: 0, by: -1) {
            precision[column] = max(precision[column], precision[column + 1])
        }
        terms.removeAll(keepingCapacity: true)
        var recall = 0.0
        hits = 0
        for column in 0..<predictions where isHit[start + column] {
            hits += 1
            let next = hits / Double(positives)
            terms.append((next - recall) * precision[column])
            recall = next
        }
        // The curve ends at recall 1 with precision 0.
        if recall != 1 { terms.append(0) }
        return terms.withUnsafeBufferPointer(pairwiseSum)
    }
}
