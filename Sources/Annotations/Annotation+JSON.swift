import Foundation

extension Annotation {
    /// The annotation as a line of JSON Lines, without its end.
    ///
    /// The keys are those of QVHighlights, in its order: `qid`, `query`, `duration`, `vid`,
    /// `relevant_clip_ids`, `saliency_scores`, `relevant_windows`, and `label` and `domain` after them; what
    /// is nil is left out. `AnnotationSet` reads it as `.jsonLines`, or as `.qvhighlights` where it is.
    public var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("qid") { $0.raw(qid.json) }
            writer.member("query") { $0.string(query) }
            writer.member("duration") { $0.compactNumber(duration) }
            writer.member("vid") { $0.string(vid) }
            if let relevantClipIDs {
                writer.member("relevant_clip_ids") { writer in
                    writer.array(relevantClipIDs) { $0.raw(String($1)) }
                }
            }
            if let saliencyScores { writer.member("saliency_scores") { $0.rows(saliencyScores) } }
            if let relevantWindows {
                writer.member("relevant_windows") { writer in
                    writer.array(relevantWindows) { writer, window in
                        writer.array([window.start, window.end]) { $0.compactNumber($1) }
                    }
                }
            }
            if let labels { writer.member("label") { $0.rows(labels) } }
            if let domain { writer.member("domain") { $0.string(domain) } }
        }
        return writer.text
    }
}

extension Sequence<Annotation> {
    /// Writes one line an annotation.
    ///
    /// The file is written beside and renamed, so that it is never half there.
    ///
    /// - Throws: what Foundation reports.
    public func write(to url: URL) throws {
        try JSONLines.write(map(\.json), to: url)
    }
}

extension JSONWriter {
    fileprivate mutating func rows(_ scores: AnnotatorScores) {
        array(0..<scores.count) { writer, row in
            writer.array(scores[row]) { $0.compactNumber($1) }
        }
    }
}
