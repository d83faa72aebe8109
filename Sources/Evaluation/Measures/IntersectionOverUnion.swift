/// Overlap of two windows in time, in the two forms that the official evaluator uses.
///
/// They differ in the last bits, and for disjoint windows in the union, where both say “no hit”. Which
/// form is used where decides the last printed digit, so both are kept. NaN goes through, as in NumPy.
enum IntersectionOverUnion {
    /// Intersection over `length + length − intersection`: chooses among windows, and matches for mAP.
    static func bySum(_ a: TimeWindow, _ b: TimeWindow) -> Double {
        let shared = intersection(a, b)
        return shared / (a.length + b.length - shared)
    }

    /// Intersection over `max(ends) − min(starts)`, 0 where that is 0: judges R1, R5 and mean IoU.
    static func byHull(_ a: TimeWindow, _ b: TimeWindow) -> Double {
        let hull = maximum(a.end, b.end) - minimum(a.start, b.start)
        return hull == 0 ? 0 : intersection(a, b) / hull
    }

    private static func intersection(_ a: TimeWindow, _ b: TimeWindow) -> Double {
        maximum(0, minimum(a.end, b.end) - maximum(a.start, b.start))
    }

    private static func maximum(_ a: Double, _ b: Double) -> Double {
        a >= b || a.isNaN ? a : b
    }

    private static func minimum(_ a: Double, _ b: Double) -> Double {
        a <= b || a.isNaN ? a : b
    }
}
