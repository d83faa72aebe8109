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
    /// ActivityNet Captions' JSON: windows in seconds and `duration` per video.
    case activityNetJSON = "activitynet-json"
    /// JSON Lines of subtitles as sentences, which Moment-DETR and its kin are pre-trained on (`subs_train.jsonl`). It must
    /// be named, as nothing tells it from `jsonLines`. Windows are cut to the video, what is empty is passed over.
    case subtitles
    /// JSON Lines of TVSum: `label` has a row per 2-second shot, and `duration` counts the shots.
    case tvsum
    /// JSON Lines of YouTube Highlights: `label` has a row per (overlapping) clip.
    case youtubeHighlights = "youtube-highlights"

    /// Whether every line is a JSON object of its own.
    var isJSONLines: Bool {
        switch self {
        case .qvhighlights, .jsonLines, .subtitles, .tvsum, .youtubeHighlights: true
        case .charadesText, .tacosJSON, .activityNetJSON: false
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
        // One JSON value may as well be spread over many lines.
        guard let format = try? detect(entry: bytes), !format.isJSONLines else { return nil }
        return format
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
                if let format = try reader.readVideoFormat() { return format }
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

    /// Steps over an object; the format of which it is a video, and nil where it is none.
    ///
    /// Both formats have `timestamps`; ActivityNet Captions has them in seconds, with a `duration`.
    fileprivate mutating func readVideoFormat() throws(JSONError) -> AnnotationFormat? {
        var cursor = try beginObject()
        var hasTimestamps = false
        var hasDuration = false
        while let key = try nextKey(&cursor) {
            if "timestamps" ~= key { hasTimestamps = true }
            if "duration" ~= key { hasDuration = true }
            try skipValue()
        }
        guard hasTimestamps else { return nil }
        return hasDuration ? .activityNetJSON : .tacosJSON
    }
}
