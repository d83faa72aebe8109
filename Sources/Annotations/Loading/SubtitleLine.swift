/// One line of a file of subtitles as sentences: what QVHighlights' speech recognition wrote, and when it was said.
///
/// The lines have the keys of other annotations, with one window each. Recognised speech is no careful annotation: windows
/// are cut to the video, and lines of which nothing is left, or that say nothing, are passed over. Clip ids and saliency
/// are left out, as Moment-DETR's pre-training does not look at them.
struct SubtitleLine: Sendable {
    /// Nil where the line is passed over.
    let annotation: Annotation?
    /// Whether a window was cut.
    let wasClipped: Bool

    /// Reads a line. It is wrong where a key is missing or of a wrong kind.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Parsed<SubtitleLine> {
        let (read, reasons) = AnnotationLine.read(bytes)
        guard var annotation = read, reasons.isEmpty else { return .problems(reasons) }
        guard let windows = annotation.relevantWindows else { return .problems([.missingKey("relevant_windows")]) }
        guard annotation.duration > 0, annotation.duration < 1e9 else {
            return .problems([.badDuration(annotation.duration)])
        }
        let cut = windows.compactMap { $0.cut(to: annotation.duration) }
        guard !cut.isEmpty, !annotation.query.isBlank else {
            return .value(SubtitleLine(annotation: nil, wasClipped: false))
        }
        annotation.relevantWindows = cut
        annotation.relevantClipIDs = nil
        annotation.saliencyScores = nil
        let found = AnnotationRules(format: .subtitles, clipLength: 1).violations(in: annotation)
        return found.isEmpty
            ? .value(SubtitleLine(annotation: annotation, wasClipped: cut != windows)) : .problems(found)
    }
}
