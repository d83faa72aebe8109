import Annotations

/// What a look at all features of a data set found.
public struct FeatureReport: Sendable {
    /// How many queries were looked at.
    public var queries = 0
    /// How many of their videos have good features.
    public var videos = 0
    /// Clips of those videos together.
    public var clips = 0
    /// Words of the good sentences together.
    public var words = 0
    /// What is wrong, at most one error for the video and one for the text of a query.
    public var problems: [FeatureError] = []
    /// The indices of queries with a problem.
    public var badQueries: Set<Int> = []
    /// What is strange and not wrong by itself.
    public var notes: [String] = []
}

extension FeatureReport: CustomStringConvertible {
    /// A summary, then a line for each problem and note.
    public var description: String {
        let head =
            "\(queries) queries, \(videos) videos, \(clips) clips, \(words) words; \(badQueries.count) bad queries"
        return ([head] + problems.map(\.description) + notes.map { "note: \($0)" }).joined(separator: "\n")
    }
}

extension MomentDataset {
    /// Reads every feature once and collects what is wrong with them.
    ///
    /// - Parameter progress: hears how many of how many queries are done.
    public func check(progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }) -> FeatureReport {
        var report = FeatureReport()
        var videos: [String: Result<Int, FeatureError>] = [:]
        var ratio = 0.0
        for (index, annotation) in annotations.enumerated() {
            let known = videos[annotation.vid]
            let video =
                known ?? read(annotation, .video) { [try features.video(for: annotation).clips] }
            switch video {
            case .success(let count):
                if known == nil {
                    report.videos += 1
                    report.clips += count
                    ratio += Double(count) / max(1, Double(expectedClips(annotation)))
                }
            case .failure(let error):
                report.problems.append(error.concerning(annotation))
                report.badQueries.insert(index)
            }
            videos[annotation.vid] = video
            let text = read(annotation, .text) {
                let text = try features.text(for: annotation)
                return [text.words] + (text.pooled.map { [$0] } ?? [])
            }
            switch text {
            case .success(let count): report.words += count
            case .failure(let error):
                report.problems.append(error)
                report.badQueries.insert(index)
            }
            report.queries += 1
            progress(index + 1, count)
        }
        note(ratio: ratio / Double(max(report.videos, 1)), &report)
        return report
    }

    /// The data set without some queries, as a check found them bad.
    public func without(_ indices: Set<Int>) -> MomentDataset {
        MomentDataset(
            annotations: annotations.enumerated().filter { !indices.contains($0.offset) }.map(\.element),
            features: features, settings: settings)
    }

    private func read(
        _ annotation: Annotation, _ subject: FeatureError.Subject, _ find: () throws -> [any FeatureRows]
    ) -> Result<Int, FeatureError> {
        do {
            let blocks = try find()
            for block in blocks { try readOnce(block) }
            return .success(blocks[0].count)
        } catch let error as FeatureError {
            return .failure(error)
        } catch {
            let key = FeatureKey(annotation)
            return .failure(key.error(subject, nil, .missing(tried: ["\(error)"])))
        }
    }

    private func readOnce(_ block: any FeatureRows) throws {
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: block.count * block.width) { room in
            try block.write(to: room.baseAddress!)
        }
    }

    private func note(ratio: Double, _ report: inout FeatureReport) {
        if report.videos > 0, ratio > 1.5 {
            let times = (ratio * 10).rounded() / 10
            report.notes.append(
                "videos have \(times) times as many clips as their durations ask for: is the clip length right?")
        }
        if hasMoments {
            let empty = annotations.filter { ($0.relevantWindows ?? []).isEmpty && ($0.relevantClipIDs ?? []).isEmpty }
            if !empty.isEmpty { report.notes.append("\(empty.count) queries have an empty list of moments") }
        }
    }
}
