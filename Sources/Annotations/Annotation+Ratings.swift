extension Annotation {
    /// The same query with ratings of the whole video (`labels`) told as moments, clip ids and saliency, as models learn
    /// from them; unchanged where there are no ratings, or where there are windows or clip ids already.
    ///
    /// Row *i* of the ratings is clip *i*, whatever stretch it was cut from, so the video lasts as many clips as there are
    /// rows. With one annotator a clip with a positive label is a highlight (YouTube Highlights). With several a clip is
    /// one whose mean rating lies above the video's (lower) median of means, and its saliency is the ratings less their
    /// least possible, 1: from 0 to 4 (TVSum). Moments are the runs of highlights. `labels` stay for the evaluation.
    ///
    /// - Parameter clipLength: seconds a clip.
    public func withRatedClips(clipLength: Double = 2) -> Annotation {
        guard let labels, relevantWindows == nil, relevantClipIDs == nil else { return self }
        var result = self
        let ids = labels.highlights
        result.duration = Double(labels.count) * clipLength
        result.relevantClipIDs = ids
        result.relevantWindows = Self.runs(of: ids).map {
            Window(start: Double($0.lowerBound) * clipLength, end: Double($0.upperBound) * clipLength)
        }
        if labels.annotators > 1 {
            result.saliencyScores = AnnotatorScores(
                annotators: labels.annotators, values: ids.flatMap { labels[$0].map { $0 - 1 } })
        }
        return result
    }

    private static func runs(of ids: [Int]) -> [Range<Int>] {
        ids.reduce(into: []) { runs, id in
            if let last = runs.last, last.upperBound == id {
                runs[runs.count - 1] = last.lowerBound..<id + 1
            } else {
                runs.append(id..<id + 1)
            }
        }
    }
}

extension AnnotatorScores {
    /// The rows that are highlights: positive ones of one annotator, those above the median of several.
    fileprivate var highlights: [Int] {
        let means = (0..<count).map(mean(ofRow:))
        guard annotators > 1, !means.isEmpty else { return means.indices.filter { means[$0] > 0 } }
        let median = means.sorted()[(means.count - 1) / 2]
        return means.indices.filter { means[$0] > median }
    }
}
