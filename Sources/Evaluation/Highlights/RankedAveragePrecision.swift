/// Average precision of clips ranked by saliency, in the form of the QVHighlights evaluator.
///
/// Clips of equal saliency are one step. Precision is made non-increasing towards higher saliency's end,
/// and averaged over the steps that add a highlight, each once, however many it adds.
struct RankedAveragePrecision {
    /// Clips by decreasing saliency.
    private var order: [Int] = []
    /// For each step, the place in `order` behind its last clip.
    private var stepEnds: [Int] = []
    private var scores: [Double] = []
    private var hits: [Int] = []
    private var precisions: [Double] = []

    /// Ranks the clips, once for all levels and annotators.
    ///
    /// - Parameters:
    ///   - saliency: cut or padded with 0 to the number of clips. NaN ranks below everything.
    ///   - clips: how many clips there are.
    mutating func rank(_ saliency: [Double], clips: Int) {
        scores.removeAll(keepingCapacity: true)
        scores.append(contentsOf: saliency.prefix(clips))
        scores.append(contentsOf: repeatElement(0, count: clips - scores.count))
        for clip in scores.indices where scores[clip].isNaN { scores[clip] = -.infinity }
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: scores.indices)
        let scores = scores
        order.sort { scores[$0] > scores[$1] }
        stepEnds.removeAll(keepingCapacity: true)
        for place in order.indices {
            let isLast = place + 1 == order.count || scores[order[place]] != scores[order[place + 1]]
            if isLast { stepEnds.append(place + 1) }
        }
    }

    /// The average precision of the ranking; 0 where no clip is a highlight, 1 where all are.
    mutating func averagePrecision(_ isHighlight: (Int) -> Bool) -> Double {
        hits.removeAll(keepingCapacity: true)
        var total = 0
        var place = 0
        for end in stepEnds {
            while place < end {
                if isHighlight(order[place]) { total += 1 }
                place += 1
            }
            hits.append(total)
        }
        if total == 0 { return 0 }
        if total == order.count { return 1 }
        // From the lowest saliency up, precision is the best of what has been passed.
        precisions.removeAll(keepingCapacity: true)
        var best = 0.0
        for step in stride(from: stepEnds.count - 1, through: 0, by: -1) {
            best = max(best, Double(hits[step]) / Double(stepEnds[step]))
            let before = step > 0 ? hits[step - 1] : 0
            if hits[step] > before { precisions.append(best) }
        }
        return pairwiseMean(precisions)
    }
}
