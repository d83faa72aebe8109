import Batches
import Grounding

/// Joins the moments of overlapping windows to those of the video.
///
/// A moment that lies across a window's border is seen there in part. Such a part touches the border. It is joined with
/// its counterpart in the neighbour, the moment that agrees with it where the two windows overlap. A counterpart may be a
/// part itself, and so on: a moment may span any number of windows.
struct MomentMerging {
    /// Seconds between a moment and a border at which they still touch: one clip.
    var reach: Double
    /// The least IoU, within the overlap of two windows, of what both see of one moment.
    var agreement = 0.5
    /// The least ratio of two joined scores. A moment that the model hardly believes in is not joined with one it is sure
    /// of: it would stretch it at will.
    var likeness = 0.5
    /// A moment that overlaps a better one by more than this IoU is dropped.
    var nmsThreshold = 0.7

    /// - Parameters:
    ///   - moments: Those of each window, in seconds of the video.
    ///   - windows: Their places in the video, in order.
    /// - Returns: The video's moments, best first. A joined one has its parts' mean score and logit, weighted by their lengths.
    func callAsFunction(_ moments: [[RankedMoment]], windows: [Span]) -> [RankedMoment] {
        guard moments.count > 1 else { return moments.first ?? [] }
        let links = (1..<windows.count).map { index in
            pairs(moments[index - 1], moments[index], windows[index - 1], windows[index])
        }
        var merged: [RankedMoment] = []
        for (window, found) in moments.enumerated() {
            let taken = window == 0 ? [] : Set(links[window - 1].values)
            for start in found.indices where !taken.contains(start) {
                var parts = [found[start]]
                var (place, next) = (window, start)
                while place < links.count, let follower = links[place][next] {
                    (place, next) = (place + 1, follower)
                    parts.append(moments[place][next])
                }
                merged.append(Self.joined(parts))
            }
        }
        return momentsWithoutRepeats(merged, threshold: nmsThreshold)
    }

    /// Counterparts in two neighbouring windows, by their places: each moment has one at most, the best agreement first.
    private func pairs(
        _ left: [RankedMoment], _ right: [RankedMoment], _ leftWindow: Span, _ rightWindow: Span
    ) -> [Int: Int] {
        var candidates: [(left: Int, right: Int, agreement: Double, score: Double)] = []
        for (i, a) in left.enumerated() {
            for (j, b) in right.enumerated() {
                let isCut =
                    a.span.end > leftWindow.end - reach || b.span.start < rightWindow.start + reach
                guard isCut, alike(a.score, b.score) else { continue }
                let overlap = Span(rightWindow.start, leftWindow.end)
                let iou = a.span.cut(to: overlap).iou(b.span.cut(to: overlap))
                if iou >= agreement { candidates.append((i, j, iou, a.score + b.score)) }
            }
        }
        var result: [Int: Int] = [:]
        var taken: Set<Int> = []
        candidates.sort { ($0.agreement, $0.score, $1.left, $1.right) > ($1.agreement, $1.score, $0.left, $0.right) }
        for pair in candidates where result[pair.left] == nil && !taken.contains(pair.right) {
            result[pair.left] = pair.right
            taken.insert(pair.right)
        }
        return result
    }

    private func alike(_ a: Double, _ b: Double) -> Bool {
        max(a, b) <= 0 || min(a, b) >= likeness * max(a, b)
    }

    private static func joined(_ parts: [RankedMoment]) -> RankedMoment {
        guard parts.count > 1 else { return parts[0] }
        let start = parts.map(\.span.start).min() ?? 0
        let end = parts.map(\.span.end).max() ?? 0
        let length = parts.reduce(0) { $0 + $1.span.length }
        let weights = parts.map { length > 0 ? $0.span.length / length : 1 / Double(parts.count) }
        func mean(_ values: [Double]) -> Double { zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } }
        let logits = parts.compactMap(\.logit)
        return RankedMoment(
            Span(start, end), score: mean(parts.map(\.score)),
            logit: logits.count == parts.count ? mean(logits) : nil)
    }
}

extension Span {
    /// The part in another span; empty, at that one's edge, where there is none.
    fileprivate func cut(to other: Span) -> Span {
        let start = min(max(start, other.start), other.end)
        return Span(start, max(start, min(end, other.end)))
    }
}
