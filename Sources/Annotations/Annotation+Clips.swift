extension Annotation {
    /// The number of clips in the video, the last one whole: `int(duration / clipLength)`, as in the
    /// official evaluator.
    ///
    /// - Parameter clipLength: seconds a clip.
    public func clipCount(clipLength: Double = 2) -> Int {
        Int(duration / clipLength)
    }

    /// Whether each clip lies in a moment, by its centre; nil without windows.
    ///
    /// Where `relevantClipIDs` is given it decides instead.
    ///
    /// - Parameters:
    ///   - clipLength: seconds a clip.
    ///   - count: how many clips there are; by default `clipCount(clipLength:)`.
    public func clipIsRelevant(clipLength: Double = 2, count: Int? = nil) -> [Bool]? {
        let count = count ?? clipCount(clipLength: clipLength)
        if let relevantClipIDs {
            var result = Array(repeating: false, count: count)
            for clip in relevantClipIDs where clip < count { result[clip] = true }
            return result
        }
        return relevantWindows.map { windows in
            (0..<count).map { clip in
                let centre = (Double(clip) + 0.5) * clipLength
                return windows.contains { $0.start <= centre && centre < $0.end }
            }
        }
    }

    /// Saliency of every clip of the video: clips × annotators, 0 outside `relevantClipIDs`.
    ///
    /// Nil without saliency scores. Clips beyond `count` are left out.
    ///
    /// - Parameters:
    ///   - clipLength: seconds a clip.
    ///   - count: how many clips there are; by default `clipCount(clipLength:)`.
    public func clipSaliency(clipLength: Double = 2, count: Int? = nil) -> AnnotatorScores? {
        guard let saliencyScores, let relevantClipIDs else { return nil }
        let count = count ?? clipCount(clipLength: clipLength)
        let annotators = saliencyScores.annotators
        var values = Array(repeating: 0.0, count: count * annotators)
        for (row, clip) in relevantClipIDs.enumerated() where clip < count {
            for column in 0..<annotators {
                values[clip * annotators + column] = saliencyScores.values[row * annotators + column]
            }
        }
        return AnnotatorScores(annotators: annotators, values: values)
    }

    /// The clips that the windows cover, in the manner of QVHighlights: clip *i* for every window with
    /// `start < clipLength · (i + 1)` and `end > clipLength · i`; nil without windows.
    ///
    /// - Parameter clipLength: seconds a clip.
    public func clipIDs(clipLength: Double = 2) -> [Int]? {
        let count = clipCount(clipLength: clipLength)
        return relevantWindows.map { windows in
            let covered = windows.flatMap { window in
                let first = max(Int((window.start / clipLength).rounded(.down)), 0)
                let last = min(Int((window.end / clipLength).rounded(.up)), count)
                return Array(first..<max(first, last))
            }
            return Set(covered).sorted()
        }
    }
}
