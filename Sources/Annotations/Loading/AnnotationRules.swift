/// What must hold for an annotation, whatever file it came from.
struct AnnotationRules {
    var format: AnnotationFormat
    /// Seconds a clip.
    var clipLength: Double

    /// Every rule that the annotation breaks.
    func violations(in annotation: Annotation) -> [LineProblem.Reason] {
        var reasons: [LineProblem.Reason] = []
        if case .text(let text) = annotation.qid { reasons += Self.violations(inName: text, key: "qid") }
        if annotation.query.isBlank { reasons.append(.emptyText(key: "query")) }
        reasons += Self.violations(inName: annotation.vid, key: "vid")
        // No video lasts thirty years; what is longer would overflow the number of clips.
        guard annotation.duration > 0, annotation.duration < 1e9 else {
            return reasons + [.badDuration(annotation.duration)]
        }
        if let windows = annotation.relevantWindows {
            reasons += Self.violations(in: windows, duration: annotation.duration)
        }
        if let clips = annotation.relevantClipIDs { reasons += violations(in: clips, of: annotation) }
        reasons += violationsInScores(of: annotation)
        return reasons
    }

    /// Every rule that the name of a video or a query breaks. Features are written and read by it, below a folder.
    static func violations(inName name: String, key: String) -> [LineProblem.Reason] {
        if name.isBlank { return [.emptyText(key: key)] }
        let leadsOutside = name.utf8.first == 0x2f || name.utf8.contains(0) || name.split(separator: "/").contains("..")
        return leadsOutside ? [.leadsOutside(key: key, name)] : []
    }

    /// TVSum counts 2-second shots where the others count seconds.
    func inSeconds(_ annotation: Annotation) -> Annotation {
        guard format == .tvsum else { return annotation }
        var result = annotation
        result.duration *= 2
        return result
    }

    /// Every rule that windows of a video of this length break.
    static func violations(in windows: [Window], duration: Double) -> [LineProblem.Reason] {
        if windows.isEmpty { return [.noWindows] }
        var reasons: [LineProblem.Reason] = []
        for (index, window) in windows.enumerated() {
            // Written so that NaN lies outside.
            if !(window.start >= 0 && window.start.isFinite && window.end <= duration) {
                reasons.append(.windowOutsideVideo(index: index, window, duration: duration))
            } else if window.end <= window.start {
                reasons.append(.emptyWindow(index: index, window))
            }
        }
        return reasons
    }

    private func violations(in clips: [Int], of annotation: Annotation) -> [LineProblem.Reason] {
        var reasons: [LineProblem.Reason] = []
        let count = annotation.clipCount(clipLength: clipLength)
        var previous = -1
        var isAscending = true
        for clip in clips {
            if clip < 0 || clip >= count { reasons.append(.clipOutsideVideo(clip: clip, clipCount: count)) }
            isAscending = isAscending && clip > previous
            previous = clip
        }
        if !isAscending {
            var seen: Set<Int> = []
            for clip in clips where !seen.insert(clip).inserted { reasons.append(.repeatedClip(clip)) }
        }
        if format == .qvhighlights, annotation.saliencyScores == nil {
            reasons.append(.incomplete(present: "relevant_clip_ids", missing: "saliency_scores"))
        }
        return reasons
    }

    private func violationsInScores(of annotation: Annotation) -> [LineProblem.Reason] {
        var reasons: [LineProblem.Reason] = []
        if let scores = annotation.saliencyScores {
            if let clips = annotation.relevantClipIDs {
                if clips.count != scores.count {
                    reasons.append(.scoreCount(key: "saliency_scores", rows: scores.count, expected: clips.count))
                }
            } else {
                reasons.append(.incomplete(present: "saliency_scores", missing: "relevant_clip_ids"))
            }
            if format == .qvhighlights, scores.count > 0, scores.annotators != 3 {
                let found = scores.annotators
                reasons.append(.annotatorCount(key: "saliency_scores", row: 0, found: found, expected: 3))
            }
            let scale = format == .qvhighlights ? 0.0...4.0 : nil
            reasons += Self.offScale(scores, scale, key: "saliency_scores")
        }
        if let labels = annotation.labels {
            reasons += Self.offScale(labels, nil, key: "label")
            if format == .tvsum, Double(labels.count) != annotation.duration {
                let expected = Int(exactly: annotation.duration.rounded()) ?? 0
                reasons.append(.scoreCount(key: "label", rows: labels.count, expected: expected))
            }
        } else if format == .tvsum || format == .youtubeHighlights {
            reasons.append(.missingKey("label"))
        }
        return reasons
    }

    private static func offScale(
        _ scores: AnnotatorScores, _ scale: ClosedRange<Double>?, key: String
    ) -> [LineProblem.Reason] {
        scores.values.enumerated().compactMap { index, score in
            let isOnScale = scale?.contains(score) ?? score.isFinite
            return isOnScale ? nil : .badScore(key: key, row: index / scores.annotators, score)
        }
    }
}

extension String {
    /// Whether there is nothing but white space.
    var isBlank: Bool { utf8.allSatisfy { $0 == 0x20 || 9...13 ~= $0 } }
}
