/// Looks for what is strange about predictions, line by line, before they are measured.
public struct PredictionCheck: Hashable, Sendable {
    /// Everything found: line by line in the order of the predictions, then the queries that none answers.
    public let problems: [PredictionProblem]

    /// The problems that stop a strict evaluation.
    public var errors: [PredictionProblem] { problems.filter { $0.severity == .error } }
    /// The rest.
    public var notes: [PredictionProblem] { problems.filter { $0.severity == .note } }

    /// Checks predictions against the ground truth.
    ///
    /// What all lines lack is not asked for: a file without saliency is one for moments only.
    public init(predictions: [QueryPrediction], groundTruth: [QueryGroundTruth]) {
        var truths: [String: QueryGroundTruth] = [:]
        truths.reserveCapacity(groundTruth.count)
        for truth in groundTruth { truths[truth.id] = truth }
        let rules = Rules(
            wantsWindows: predictions.contains { $0.windows != nil },
            wantsSaliency: predictions.contains { $0.saliency != nil },
            longestVideo: groundTruth.lazy.map(\.duration).max() ?? 0)

        var problems: [PredictionProblem] = []
        var seen: [String: QueryPrediction] = [:]
        seen.reserveCapacity(predictions.count)
        for prediction in predictions {
            func report(_ kind: PredictionProblem.Kind) {
                problems.append(PredictionProblem(id: prediction.id, line: prediction.line, kind: kind))
            }
            guard let truth = truths[prediction.id] else {
                report(.unknown)
                continue
            }
            if let first = seen[prediction.id] {
                report(.duplicate(firstLine: first.line))
            } else {
                seen[prediction.id] = prediction
            }
            rules.check(prediction, truth, report)
        }
        for truth in groundTruth where seen[truth.id] == nil {
            problems.append(PredictionProblem(id: truth.id, line: truth.line, kind: .missing))
        }
        self.problems = problems
    }
}

private struct Rules {
    /// The field's files have four decimals, so that a moment may seem to end so many seconds after its video.
    static let rounding = 1e-4

    let wantsWindows: Bool
    let wantsSaliency: Bool
    let longestVideo: Double

    func check(
        _ prediction: QueryPrediction, _ truth: QueryGroundTruth, _ report: (PredictionProblem.Kind) -> Void
    ) {
        if let windows = prediction.windows, !windows.isEmpty {
            for (index, window) in windows.enumerated() {
                if let kind = problem(window, index, duration: truth.duration) { report(kind) }
            }
        } else if wantsWindows {
            report(.noWindows)
        }
        if let saliency = prediction.saliency, !saliency.isEmpty {
            if let clip = saliency.firstIndex(where: { !$0.isFinite }) {
                report(.saliencyNotFinite(clip: clip, saliency[clip]))
            }
            if let clips = truth.ratings?.clipCount, clips != saliency.count {
                report(.saliencyCount(found: saliency.count, clips: clips))
            }
        } else if wantsSaliency {
            report(.noSaliency)
        }
    }

    /// The gravest thing about one window.
    private func problem(_ ranked: RankedWindow, _ index: Int, duration: Double) -> PredictionProblem.Kind? {
        let window = ranked.window
        guard window.start.isFinite, window.end.isFinite, ranked.score.isFinite else {
            return .notFinite(index: index, ranked)
        }
        if window.end < window.start { return .inverted(index: index, window) }
        let isBehind = window.start > duration + Self.rounding || window.start == duration && window.length > 0
        if window.start < 0 || isBehind || window.end > longestVideo + Self.rounding {
            return .outsideVideo(index: index, window, duration: duration)
        }
        if window.length == 0 { return .zeroLength(index: index, window) }
        return window.end > duration + Self.rounding ? .endsAfterVideo(index: index, window, duration: duration) : nil
    }
}

extension Collection<PredictionProblem> {
    /// One line a problem, the first ones only, under a heading that counts them all.
    ///
    /// - Parameters:
    ///   - noun: what they are, in the singular: `problem`, `note`.
    ///   - limit: how many to list.
    public func summary(noun: String, limit: Int = 20) -> String {
        var lines = ["\(count) \(noun)\(count == 1 ? "" : "s"):"]
        lines += prefix(limit).map { "  \($0)" }
        if count > limit { lines.append("  … and \(count - limit) more") }
        return lines.joined(separator: "\n")
    }
}
