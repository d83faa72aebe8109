/// Greedy suppression of windows that overlap an earlier one, in the order given.
///
/// - Parameters:
///   - windows: best first.
///   - threshold: a window goes when its IoU with a kept one is above this.
///   - limit: how many to keep at most.
func suppressed(_ windows: [RankedWindow], threshold: Double, limit: Int) -> [RankedWindow] {
    var kept: [RankedWindow] = []
    for candidate in windows where kept.count < limit {
        // NaN suppresses: it is not at most the threshold.
        let isFree = kept.allSatisfy { IntersectionOverUnion.bySum($0.window, candidate.window) <= threshold }
        if isFree { kept.append(candidate) }
    }
    return kept
}
