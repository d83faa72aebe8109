import Annotations
import Batches

/// The ground truth of one query on the clips of its features.
struct ClipTargets {
    /// Moments in seconds, in the annotation's order, inside the part of the video that has features. Windows that run
    /// backwards, begin before the video or are not finite are none.
    let moments: [Span]
    /// Whether each clip lies in a moment.
    let inMoment: [Bool]
    /// Saliency of each clip, averaged over annotators; nil without.
    let saliency: [Float]?

    /// - Parameters:
    ///   - count: clips of the features.
    ///   - clipLength: seconds a clip of the features.
    ///   - annotatedClipLength: seconds a clip of `relevantClipIDs`.
    /// - Returns: nil where the annotation has neither windows nor clip ids.
    init?(_ annotation: Annotation, count: Int, clipLength: Double, annotatedClipLength: Double) {
        let ids = annotation.relevantClipIDs
        guard let windows = annotation.relevantWindows ?? ids.map({ Self.windows($0, annotatedClipLength) }) else {
            return nil
        }
        let covered = Double(count) * clipLength
        // Features may end a clip before the video: extractors round. A cut video ends much earlier.
        let isWhole = annotation.duration - covered < 2 * clipLength
        let moments: [Span] = windows.compactMap { window in
            guard window.start >= 0, window.end >= window.start, window.end.isFinite else { return nil }
            if window.start < covered { return Span(window.start, min(window.end, covered)) }
            return isWhole ? Span(covered - clipLength, covered) : nil
        }
        let centres = (0..<count).map { (Double($0) + 0.5) * clipLength }
        var inMoment: [Bool]
        if let ids {
            let known = Set(ids)
            inMoment = centres.map { known.contains(Int($0 / annotatedClipLength)) }
        } else {
            inMoment = centres.map { centre in moments.contains { $0.contains(centre) } }
        }
        for moment in moments where !centres.contains(where: moment.contains) {
            inMoment[min(Int(moment.center / clipLength), count - 1)] = true
        }
        self.moments = moments
        self.inMoment = inMoment
        saliency = Self.saliency(annotation, centres.map { Int($0 / annotatedClipLength) })
    }

    private static func saliency(_ annotation: Annotation, _ annotatedClips: [Int]) -> [Float]? {
        guard let ids = annotation.relevantClipIDs, let scores = annotation.saliencyScores, ids.count == scores.count
        else { return nil }
        if let ratings = annotation.labels, ratings.annotators > 1 {
            // Of videos that were rated as a whole the other clips' saliency is known too.
            return annotatedClips.map { $0 < ratings.count ? Float(ratings.mean(ofRow: $0) - 1) : 0 }
        }
        let means = Dictionary(zip(ids, (0..<ids.count).map(scores.mean(ofRow:)))) { first, _ in first }
        return annotatedClips.map { Float(means[$0] ?? 0) }
    }

    /// Runs of neighbouring clips as windows.
    private static func windows(_ ids: [Int], _ clipLength: Double) -> [Window] {
        var windows: [Window] = []
        var last: Int?
        for id in ids.sorted() where id != last {
            let end = Double(id + 1) * clipLength
            if let last, id == last + 1 {
                windows[windows.count - 1].end = end
            } else {
                windows.append(Window(start: Double(id) * clipLength, end: end))
            }
            last = id
        }
        return windows
    }
}

extension Span {
    /// Whether a time lies inside; the end does not.
    fileprivate func contains(_ time: Double) -> Bool { start <= time && time < end }
}
