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
    /// Looks at every feature once and collects what is wrong.
    ///
    /// - Parameters:
    ///   - depth: How closely.
    ///   - progress: hears how many of how many queries are done; false stops with `CancellationError`.
    /// - Throws: `CancellationError`; `TensorFileError` where a pack is damaged.
    public func check(
        _ depth: FeatureCheckDepth = .values, progress: (_ done: Int, _ all: Int) -> Bool = { _, _ in true }
    ) throws -> FeatureReport {
        var report = FeatureReport()
        guard depth != .none else { return report }
        if depth == .values { try features.verify() }
        var videos: [String: Result<Int, FeatureError>] = [:]
        var ratio = 0.0
        let stretch = 64
        for start in stride(from: 0, to: count, by: stretch) {
            let rows = Array(annotations[start..<min(start + stretch, count)])
            let known = Set(videos.keys)
            var firsts = known
            let isFirst = rows.map { firsts.insert($0.vid).inserted }
            let found = mapInParallel(count: rows.count) { row in
                (
                    video: isFirst[row] ? look(rows[row], .video, depth) : nil,
                    text: look(rows[row], .text, depth)
                )
            }
            for (row, (video, text)) in found.enumerated() {
                let annotation = rows[row]
                if let video {
                    videos[annotation.vid] = video
                    if let count = try? video.get() {
                        report.videos += 1
                        report.clips += count
                        ratio += Double(count) / max(1, Double(expectedClips(annotation)))
                    }
                }
                if case .failure(let error)? = videos[annotation.vid] {
                    report.problems.append(error.concerning(annotation))
                    report.badQueries.insert(start + row)
                }
                switch text {
                case .success(let count): report.words += count
                case .failure(let error):
                    report.problems.append(error)
                    report.badQueries.insert(start + row)
                }
            }
            report.queries += rows.count
            guard progress(report.queries, count) else { throw CancellationError() }
        }
        // Without a look into the files nobody knows how many clips there are.
        note(ratio: depth == .exists ? 0 : ratio / Double(max(report.videos, 1)), &report)
        return report
    }

    /// The data set without some queries, as a check found them bad.
    public func without(_ indices: Set<Int>) -> MomentDataset {
        MomentDataset(
            annotations: annotations.enumerated().filter { !indices.contains($0.offset) }.map(\.element),
            features: features, settings: settings)
    }

    /// Rows of the features; 0 where the depth asks for no more than the file.
    private func look(
        _ annotation: Annotation, _ subject: FeatureError.Subject, _ depth: FeatureCheckDepth
    ) -> Result<Int, FeatureError> {
        do {
            guard depth != .exists else {
                _ = try features.origins(of: subject, for: annotation)
                return .success(0)
            }
            let blocks = try blocks(of: annotation, subject)
            if depth == .values {
                for block in blocks { try readOnce(block) }
            }
            return .success(blocks[0].count)
        } catch let error as FeatureError {
            return .failure(error)
        } catch {
            let key = FeatureKey(annotation)
            return .failure(key.error(subject, nil, .missing(tried: ["\(error)"])))
        }
    }

    private func blocks(of annotation: Annotation, _ subject: FeatureError.Subject) throws -> [any FeatureRows] {
        guard subject == .text else { return [try features.video(for: annotation).clips] }
        let text = try features.text(for: annotation)
        return [text.words] + (text.pooled.map { [$0] } ?? [])
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
