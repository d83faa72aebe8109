/// What reading one entry gave: a value, or every reason why there is none.
enum Parsed<Value: Sendable>: Sendable {
    case value(Value)
    case problems([LineProblem.Reason])
}

/// Reads one line of a JSON Lines file of annotations.
struct AnnotationLine {
    private var qid: QueryID?
    private var query: String?
    private var vid: String?
    private var duration: Double?
    private var windows: [Window]?
    private var clips: [Int]?
    private var saliency: AnnotatorScores?
    private var labels: AnnotatorScores?
    private var domain: String?
    private var reasons: [LineProblem.Reason] = []
    private var seen: UInt16 = 0

    private enum Member: UInt16, CaseIterable {
        case qid, query, vid, duration, windows, clips, saliency, label, domain

        var key: String {
            switch self {
            case .windows: "relevant_windows"
            case .clips: "relevant_clip_ids"
            case .saliency: "saliency_scores"
            default: "\(self)"
            }
        }
    }

    /// The annotation on this line, checked by the rules of its format.
    static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, format: AnnotationFormat, clipLength: Double
    ) -> Parsed<Annotation> {
        let (annotation, found) = read(bytes)
        guard let annotation else { return .problems(found) }
        let rules = AnnotationRules(format: format, clipLength: clipLength)
        let reasons = found + rules.violations(in: annotation)
        return reasons.isEmpty ? .value(rules.inSeconds(annotation)) : .problems(reasons)
    }

    /// The annotation as it stands on this line, and what is wrong with its keys.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (annotation: Annotation?, reasons: [LineProblem.Reason]) {
        var reader = JSONReader(bytes)
        var line = AnnotationLine()
        do {
            try line.read(&reader)
        } catch {
            return (nil, [.malformed(error.reason, column: error.offset + 1)])
        }
        let annotation = line.assemble()
        return (annotation, line.reasons)
    }

    private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        var members = try reader.beginObject()
        while let key = try reader.nextKey(&members) {
            switch key {
            case "qid":
                note(.qid)
                qid = try reader.readQueryID()
            case "query":
                note(.query)
                query = try reader.readString()
            case "vid":
                note(.vid)
                vid = try reader.readString()
            case "duration":
                note(.duration)
                duration = try reader.readDouble()
            case "relevant_windows":
                note(.windows)
                if try !reader.readNull() { windows = try reader.readWindows() }
            case "relevant_clip_ids":
                note(.clips)
                if try !reader.readNull() { clips = try reader.readIntegers() }
            case "saliency_scores":
                note(.saliency)
                if try !reader.readNull() { saliency = try readScores(.saliency, &reader) }
            case "label":
                note(.label)
                if try !reader.readNull() { labels = try readScores(.label, &reader) }
            case "domain":
                note(.domain)
                if try !reader.readNull() { domain = try reader.readString() }
            default:
                try reader.skipValue()
            }
        }
        try reader.expectEnd()
    }

    private mutating func note(_ member: Member) {
        let bit: UInt16 = 1 << member.rawValue
        if seen & bit != 0 { reasons.append(.repeatedKey(member.key)) }
        seen |= bit
    }

    private mutating func assemble() -> Annotation? {
        guard let qid, let query, let vid, let duration else {
            for member in [Member.qid, .query, .vid, .duration] where seen & (1 << member.rawValue) == 0 {
                reasons.append(.missingKey(member.key))
            }
            return nil
        }
        return Annotation(
            qid: qid, query: query, vid: vid, duration: duration, relevantWindows: windows, relevantClipIDs: clips,
            saliencyScores: saliency, labels: labels, domain: domain)
    }

    /// Rows of scores, or one score a row where there is one annotator.
    private mutating func readScores(
        _ member: Member, _ reader: inout JSONReader
    ) throws(JSONError) -> AnnotatorScores? {
        var values: [Double] = []
        values.reserveCapacity(64)
        var columns: Int?
        var row = 0
        var isRagged = false
        var rows = try reader.beginArray()
        while try reader.nextElement(&rows) {
            let before = values.count
            if try reader.peekKind() == .number {
                values.append(try reader.readDouble())
            } else {
                var cells = try reader.beginArray()
                while try reader.nextElement(&cells) { values.append(try reader.readDouble()) }
            }
            let found = values.count - before
            let expected = columns ?? max(found, 1)
            columns = expected
            if found != expected {
                isRagged = true
                let reason = LineProblem.Reason.annotatorCount(
                    key: member.key, row: row, found: found, expected: expected)
                reasons.append(reason)
            }
            row += 1
        }
        return isRagged ? nil : AnnotatorScores(annotators: columns ?? 1, values: values)
    }
}
