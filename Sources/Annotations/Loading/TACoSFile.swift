/// 2D-TAN's JSON for TACoS: one object keyed by `VID.avi`, each with `timestamps` in frames, as many
/// `sentences`, `fps` and `num_frames`.
///
/// Frames become seconds, ends are cut to the video's length, and pair *i* of a video gets the identifier
/// `VID_i`, as in the JSON Lines form of the field.
struct TACoSFile {
    private(set) var entries: [ParsedLine<Annotation>] = []
    private(set) var clippedWindows = 0

    private struct Video {
        var timestamps: [Window]?
        var sentences: [String]?
        var fps: Double?
        var frames: Double?
    }

    /// Reads the whole file. A place that is not JSON ends the reading; a bad video or pair does not.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var reader = JSONReader(bytes)
        reader.position = LineScanner.lengthOfMark(in: bytes)
        do {
            var videos = try reader.beginObject()
            while let key = try reader.nextKey(&videos) {
                let name = key.text
                let line = Self.line(of: reader.position, in: bytes)
                add(try Self.readVideo(&reader), named: name, line: line)
            }
            try reader.expectEnd()
        } catch {
            let line = Self.line(of: error.offset, in: bytes)
            let start = bytes[..<min(error.offset, bytes.count)].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            let reason = LineProblem.Reason.malformed(error.reason, column: error.offset - start + 1)
            entries.append(ParsedLine(number: line, content: .problems([reason])))
        }
    }

    private static func line(of offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var line = 1
        for byte in bytes[..<min(offset, bytes.count)] where byte == 0x0A { line += 1 }
        return line
    }

    private static func readVideo(_ reader: inout JSONReader) throws(JSONError) -> Video {
        var video = Video()
        var members = try reader.beginObject()
        while let key = try reader.nextKey(&members) {
            switch key {
            case "timestamps": video.timestamps = try reader.readWindows()
            case "fps": video.fps = try reader.readDouble()
            case "num_frames": video.frames = try reader.readDouble()
            case "sentences":
                var sentences: [String] = []
                var cursor = try reader.beginArray()
                while try reader.nextElement(&cursor) { sentences.append(try reader.readString()) }
                video.sentences = sentences
            default: try reader.skipValue()
            }
        }
        return video
    }

    private mutating func add(_ video: Video, named name: String, line: Int) {
        func reject(_ reason: LineProblem.Reason, at place: String) {
            entries.append(ParsedLine(number: line, content: .problems([.entry(place, reason)])))
        }
        guard let timestamps = video.timestamps else { return reject(.missingKey("timestamps"), at: name) }
        guard let sentences = video.sentences else { return reject(.missingKey("sentences"), at: name) }
        guard let fps = video.fps else { return reject(.missingKey("fps"), at: name) }
        guard let frames = video.frames else { return reject(.missingKey("num_frames"), at: name) }
        guard timestamps.count == sentences.count else {
            return reject(.scoreCount(key: "sentences", rows: sentences.count, expected: timestamps.count), at: name)
        }
        let duration = frames / fps
        let vid = name.hasSuffix(".avi") ? String(name.dropLast(4)) : name
        guard duration > 0, duration < 1e9 else { return reject(.badDuration(duration), at: name) }
        let rules = AnnotationRules(format: .tacosJSON, clipLength: 1)
        for (index, (frames, sentence)) in zip(timestamps, sentences).enumerated() {
            let end = frames.end / fps
            let window = Window(start: frames.start / fps, end: end.isFinite ? min(end, duration) : end)
            let annotation = Annotation(
                qid: .text("\(vid)_\(index)"), query: sentence, vid: vid, duration: duration, relevantWindows: [window])
            let reasons = rules.violations(in: annotation)
            guard reasons.isEmpty else {
                for reason in reasons { reject(reason, at: "\(name), pair \(index + 1)") }
                continue
            }
            if end > duration { clippedWindows += 1 }
            entries.append(ParsedLine(number: line, content: .value(annotation)))
        }
    }
}
