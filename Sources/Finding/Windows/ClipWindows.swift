import Batches

/// The windows through which a model sees a video that is longer than those it was trained on.
///
/// Neighbours overlap by half, the last one ends with the video, and all are of the model's longest length; so their
/// count grows with the video's length and no faster.
struct ClipWindows {
    /// The clips of each, in order.
    let ranges: [Range<Int>]
    /// Seconds a clip.
    let clipLength: Double
    /// Seconds of video.
    let duration: Double

    /// - Parameter longest: The most clips that the model was trained on; nil for no limit.
    init(count: Int, clipLength: Double, duration: Double, longest: Int?) {
        self.clipLength = clipLength
        self.duration = duration
        guard let longest, count > longest else {
            ranges = [0..<count]
            return
        }
        // Training drops a last clip that the duration fills only in part. No second window for that.
        guard Int(min(duration / clipLength, 1e9)) > longest else {
            ranges = [0..<longest]
            return
        }
        let last = count - longest
        let starts = Array(stride(from: 0, to: last, by: max(1, longest / 2))) + [last]
        ranges = starts.map { $0..<($0 + longest) }
    }

    /// Clips that the windows cover.
    var clipCount: Int { ranges.last?.upperBound ?? 0 }

    /// A window's place in the video, in seconds.
    ///
    /// One alone is the whole video, whatever its clips add up to: so it is in training.
    func span(_ index: Int) -> Span {
        let range = ranges[index]
        if ranges.count == 1 { return Span(0, duration) }
        let start = Double(range.lowerBound) * clipLength
        let end = Double(range.upperBound) * clipLength
        // The last clip may be shorter or longer than others. Where the duration is quite another, the clips are right.
        let isLast = index == ranges.count - 1
        return Span(start, isLast && abs(duration - end) <= clipLength ? duration : end)
    }

    /// Blends the windows' curves to one of the video's clips.
    ///
    /// What a window says of a clip weighs as much as the clip lies away from the border where the window was cut out:
    /// there the model knows least of what is around it.
    func blended(_ curves: [[Double]]) -> [Double] {
        guard curves.count > 1 else { return curves.first ?? [] }
        var sums = [Double](repeating: 0, count: clipCount)
        var weights = sums
        for (index, (range, curve)) in zip(ranges, curves).enumerated() {
            for (place, value) in zip(range, curve) {
                let before = index == 0 ? .infinity : Double(place - range.lowerBound) + 0.5
                let after = index == ranges.count - 1 ? .infinity : Double(range.upperBound - place) - 0.5
                let weight = min(before, after, Double(range.count))
                sums[place] += weight * value
                weights[place] += weight
            }
        }
        return zip(sums, weights).map { $1 > 0 ? $0 / $1 : 0 }
    }
}
