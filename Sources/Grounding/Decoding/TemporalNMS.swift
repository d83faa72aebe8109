import Batches

/// Leaves out moments that overlap a better one by more than the threshold.
///
/// Moments are sorted by descending score, equal ones in the order given; a single one comes back as it is.
///
/// - Parameters:
///   - moments: Those of one query, in any order.
///   - threshold: Moments with a greater IoU (strictly) than this with a better one go. CDNet uses 0.7.
///   - hull: Whether the IoU's denominator is the hull, as in the published code of Moment-DETR and UniVTG, instead of
///     the union. Spans that intersect leave no gap, so the two differ by rounding alone, unless a span is inverted.
///   - limit: How many to keep at most.
public func temporalNMS(
    _ moments: [RankedMoment], threshold: Double, hull: Bool = false, limit: Int = .max
) -> [RankedMoment] {
    guard moments.count > 1 else { return moments }
    var kept: [RankedMoment] = []
    for moment in moments.ranked() {
        guard kept.count < limit else { break }
        let repeats = kept.contains { better in
            (hull ? better.span.hullIoU(moment.span) : better.span.iou(moment.span)) > threshold
        }
        if !repeats { kept.append(moment) }
    }
    return kept
}

extension Span {
    /// Intersection over the hull: from the earlier start to the later end. 0 where the hull is empty.
    public func hullIoU(_ other: Span) -> Double {
        let intersection = max(0, min(end, other.end) - max(start, other.start))
        let hull = max(end, other.end) - min(start, other.start)
        return hull != 0 ? intersection / hull : 0
    }
}

extension Sequence<RankedMoment> {
    /// By descending score, equal ones in the order given; scores that are not numbers come last.
    public func ranked() -> [RankedMoment] {
        sorted { $0.score > $1.score || ($1.score.isNaN && !$0.score.isNaN) }
    }
}

extension RankedMoment {
    /// Ends and score with 4 decimals, as the field's prediction files have them.
    var rounded: RankedMoment {
        RankedMoment(Span(Self.rounded(span.start), Self.rounded(span.end)), score: Self.rounded(score), logit: logit)
    }

    /// The same with its ends on whole clips, halves on the even one.
    func onWholeClips(_ length: Double) -> RankedMoment {
        func place(_ time: Double) -> Double { (time / length).rounded(.toNearestOrEven) * length }
        return RankedMoment(Span(place(span.start), place(span.end)), score: score, logit: logit)
    }

    /// Ties go to the even digit. The product is exact for numbers that come from `float32`.
    private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded(.toNearestOrEven) / 10_000 }
}
