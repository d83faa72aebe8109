/// The text form of Charades-STA: `VID START END##query`, one line a query.
///
/// Durations come from a table beside it. The published windows exceed their video by up to 1.54 s; such
/// ends are cut to the duration, as in the JSON Lines form of the field.
enum CharadesText {
    /// What one line gives; its identifier follows from its place among the good lines.
    struct Entry: Sendable {
        var query: String
        var vid: String
        var duration: Double
        var window: Window
        var wasClipped: Bool
    }

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, durations: DurationTable) -> Parsed<Entry> {
        guard let line = String(validating: bytes, as: UTF8.self) else {
            return .problems([.notCharadesText("the text is not UTF-8")])
        }
        guard let mark = line.firstRange(of: "##") else { return .problems([.notCharadesText("there is no “##”")]) }
        let query = String(line[mark.upperBound...])
        if query.isBlank { return .problems([.emptyText(key: "query")]) }
        let fields = line[..<mark.lowerBound].split(separator: " ")
        guard fields.count == 3 else {
            return .problems([.notCharadesText("\(fields.count) fields stand before “##” instead of three")])
        }
        guard let start = Double(fields[1]), let end = Double(fields[2]) else {
            return .problems([.notCharadesText("“\(fields[1]) \(fields[2])” are not two numbers")])
        }
        let vid = String(fields[0])
        guard let duration = durations[vid] else { return .problems([.unknownVideo(vid)]) }
        let window = Window(start: start, end: end.isFinite ? min(end, duration) : end)
        let reasons =
            AnnotationRules.violations(inName: vid, key: "vid")
            + AnnotationRules.violations(in: [window], duration: duration)
        guard reasons.isEmpty else { return .problems(reasons) }
        return .value(
            Entry(query: query, vid: vid, duration: duration, window: window, wasClipped: end > duration))
    }
}
