/// The forms in which the field's annotations come.
public enum AnnotationFormat: String, CaseIterable, Sendable {
    /// JSON Lines of QVHighlights: windows, clip ids and three annotators' saliency from 0 to 4.
    case qvhighlights
    /// JSON Lines with at least `qid`, `query`, `vid` and `duration`; `relevant_windows`,
    /// `relevant_clip_ids`, `saliency_scores`, `label` and `domain` are optional. Charades-STA and TACoS
    /// in their JSON Lines form, test splits without ground truth, and a user's own data.
    case jsonLines = "jsonl"
    /// The text form of Charades-STA, `VID START END##query`, beside a CSV table of durations.
    case charadesText = "charades-text"
    /// 2D-TAN's JSON for TACoS: windows in frames, `fps` and `num_frames` per video.
    case tacosJSON = "tacos-json"
    /// JSON Lines of TVSum: `label` has a row per 2-second shot, and `duration` counts the shots.
    case tvsum
    /// JSON Lines of YouTube Highlights: `label` has a row per (overlapping) clip.
    case youtubeHighlights = "youtube-highlights"

    /// Whether every line is a JSON object of its own.
    var isJSONLines: Bool {
        switch self {
        case .qvhighlights, .jsonLines, .tvsum, .youtubeHighlights: true
        case .charadesText, .tacosJSON: false
        }
    }
}

extension AnnotationFormat {
    /// Tells the format from the first entries of a file; nil where none is recognised.
    ///
    /// Lines that cannot be read are passed over, so that one bad line does not hide the format.
    static func detect(_ bytes: UnsafeBufferPointer<UInt8>) -> AnnotationFormat? {
        var lines = LineScanner(bytes)
        while let line = lines.next() {
            if let first = line.bytes.first, first != UInt8(ascii: "{") {
                let hash = UInt8(ascii: "#")
                let hasMark = zip(line.bytes, line.bytes.dropFirst()).contains { $0 == hash && $1 == hash }
                if hasMark { return .charadesText }
                continue
            }
            if let format = try? detect(entry: line.bytes) { return format }
        }
        // 2D-TAN's JSON may as well be spread over many lines.
        return (try? detect(entry: bytes)) == .tacosJSON ? .tacosJSON : nil
    }

    private static func detect(entry: UnsafeBufferPointer<UInt8>) throws(JSONError) -> AnnotationFormat? {
        var reader = JSONReader(entry)
        var members = try reader.beginObject()
        var hasQuery = false
        var hasClips = false
        var labelRows: Int?
        var saliencyColumns: Int?
        var duration: Double?
        while let key = try reader.nextKey(&members) {
            let kind = try reader.peekKind()
            switch key {
            case "duration" where kind == .number: duration = try reader.readDouble()
            case "label" where kind == .array: labelRows = try reader.countElements()
            case "saliency_scores" where kind == .array: saliencyColumns = try reader.countColumns()
            case _ where kind == .object && !hasQuery:
                if try reader.skipObject(holding: "timestamps") { return .tacosJSON }
            default:
                if "qid" ~= key || "query" ~= key { hasQuery = true }
                if "clip" ~= key { hasClips = true }
                try reader.skipValue()
            }
        }
        guard hasQuery else { return nil }
        if let labelRows {
            if hasClips { return .youtubeHighlights }
            return duration == Double(labelRows) ? .tvsum : .jsonLines
        }
        return saliencyColumns == 3 ? .qvhighlights : .jsonLines
    }
}

extension JSONReader {
    /// Steps over an array and counts its elements.
    fileprivate mutating func countElements() throws(JSONError) -> Int {
        var cursor = try beginArray()
        var count = 0
        while try nextElement(&cursor) {
            try skipValue()
            count += 1
        }
        return count
    }

    /// Steps over an array and counts the elements of its first row; nil where that is no array.
    fileprivate mutating func countColumns() throws(JSONError) -> Int? {
        var cursor = try beginArray()
        var count: Int?
        while try nextElement(&cursor) {
            if count == nil, try peekKind() == .array {
                count = try countElements()
            } else {
                try skipValue()
            }
        }
        return count
    }

    /// Steps over an object and says whether it has such a key.
    fileprivate mutating func skipObject(holding wanted: StaticString) throws(JSONError) -> Bool {
        var cursor = try beginObject()
        var isThere = false
        while let key = try nextKey(&cursor) {
            if wanted ~= key { isThere = true }
            try skipValue()
        }
        return isThere
    }
}
