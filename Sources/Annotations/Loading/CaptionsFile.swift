/// ActivityNet Captions' JSON: one object keyed by the video's name, each with `duration`, `timestamps` in seconds and as
/// many `sentences`.
///
/// Pair *i* of a video gets the identifier `VID_i`. Blanks around a sentence stay out. As in the field, ends are cut to the
/// video's length, and pairs without a length or with nothing to say are passed over: the published files hold a few.
struct CaptionsFile {
    private(set) var entries: [ParsedLine<Annotation>] = []
    private(set) var clippedWindows = 0
    private(set) var passedOver = 0

    private struct Video {
        var timestamps: [Window]?
        var sentences: [String]?
        var duration: Double?
    }

    /// Reads the whole file. A place that is not JSON ends the reading; a bad video does not.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var reader = JSONReader(bytes)
        reader.position = LineScanner.lengthOfMark(in: bytes)
        var lines = LineCounter(bytes)
        do {
            var videos = try reader.beginObject()
            while let key = try reader.nextKey(&videos) {
                let name = key.text
                let line = lines.line(of: reader.position)
                add(try Self.readVideo(&reader), named: name, line: line)
            }
            try reader.expectEnd()
        } catch {
            let column = error.offset - lines.startOfLine(at: error.offset) + 1
            let reason = LineProblem.Reason.malformed(error.reason, column: column)
            entries.append(ParsedLine(number: lines.line(of: error.offset), content: .problems([reason])))
        }
    }

    private static func readVideo(_ reader: inout JSONReader) throws(JSONError) -> Video {
        var video = Video()
        var members = try reader.beginObject()
        while let key = try reader.nextKey(&members) {
            switch key {
            case "timestamps": video.timestamps = try reader.readWindows()
            case "duration": video.duration = try reader.readDouble()
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
        func reject(_ reason: LineProblem.Reason) {
            entries.append(ParsedLine(number: line, content: .problems([.entry(name, reason)])))
        }
        guard let timestamps = video.timestamps else { return reject(.missingKey("timestamps")) }
        guard let sentences = video.sentences else { return reject(.missingKey("sentences")) }
        guard let duration = video.duration else { return reject(.missingKey("duration")) }
        guard timestamps.count == sentences.count else {
            return reject(.scoreCount(key: "sentences", rows: sentences.count, expected: timestamps.count))
        }
        if let reason = AnnotationRules.violations(inName: name, key: "vid").first { return reject(reason) }
        guard duration > 0, duration < 1e9 else { return reject(.badDuration(duration)) }
        for (index, (whole, sentence)) in zip(timestamps, sentences).enumerated() {
            let window = whole.cut(to: duration)
            guard let window, !sentence.isBlank else {
                passedOver += 1
                continue
            }
            if window != whole { clippedWindows += 1 }
            let annotation = Annotation(
                qid: .text("\(name)_\(index)"), query: sentence.trimmed, vid: name, duration: duration,
                relevantWindows: [window])
            entries.append(ParsedLine(number: line, content: .value(annotation)))
        }
    }
}

extension Window {
    /// The part inside a video of so many seconds; nil where there is none, or where an end is not a finite number.
    func cut(to duration: Double) -> Window? {
        guard start.isFinite, end.isFinite else { return nil }
        let window = Window(start: max(start, 0), end: min(end, duration))
        return window.end > window.start ? window : nil
    }
}

extension String {
    /// Without white space at its ends.
    fileprivate var trimmed: String {
        let isBlank = { (character: Character) in character.isWhitespace }
        let rest = drop(while: isBlank)
        guard let last = rest.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(rest[...last])
    }
}

/// Finds the lines of ascending places in a text, in one pass over it.
private struct LineCounter {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var (place, lines) = (0, 1)

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The line, from 1, of a place at or behind those asked for before.
    mutating func line(of offset: Int) -> Int {
        let end = min(offset, bytes.count)
        while place < end {
            if bytes[place] == 0x0A { lines += 1 }
            place += 1
        }
        return lines
    }

    func startOfLine(at offset: Int) -> Int {
        bytes[..<min(offset, bytes.count)].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    }
}
