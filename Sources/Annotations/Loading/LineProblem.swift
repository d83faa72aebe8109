/// What is wrong with one line of a file, and where.
public struct LineProblem: Error, Hashable, Sendable {
    /// The file's name, without its folder.
    public var file: String
    /// The line, counted from 1.
    public var line: Int
    /// What is wrong with it.
    public var reason: Reason

    /// A problem on one line.
    public init(file: String, line: Int, reason: Reason) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    /// The ways in which a line can be wrong.
    public enum Reason: Hashable, Sendable {
        /// It is not JSON, or a value is of the wrong type. `column` counts bytes from 1.
        case malformed(String, column: Int)
        /// A key that every line needs is missing.
        case missingKey(String)
        /// A key stands twice in the line.
        case repeatedKey(String)
        /// A text that must say something is empty.
        case emptyText(key: String)
        /// A name that is part of a file's name leads out of the folder of such files.
        case leadsOutside(key: String, String)
        /// The identifier has already occurred on another line.
        case duplicateQueryID(QueryID, firstLine: Int)
        /// The duration is not a positive number of seconds.
        case badDuration(Double)
        /// There is a list of windows, but nothing in it.
        case noWindows
        /// A window ends before it starts, or where it starts.
        case emptyWindow(index: Int, Window)
        /// A window starts before 0, ends after the video, or has an end that is not a finite number.
        case windowOutsideVideo(index: Int, Window, duration: Double)
        /// A clip's number is negative or not below the number of clips.
        case clipOutsideVideo(clip: Int, clipCount: Int)
        /// A clip is listed twice.
        case repeatedClip(Int)
        /// There are not as many rows of scores as clips.
        case scoreCount(key: String, rows: Int, expected: Int)
        /// A row of scores has not as many columns as the others, or as the data set has annotators.
        case annotatorCount(key: String, row: Int, found: Int, expected: Int)
        /// A score is not a finite number, or not on the data set's scale.
        case badScore(key: String, row: Int, Double)
        /// Keys that only make sense together are not all there.
        case incomplete(present: String, missing: String)
        /// The line does not follow `VID START END##query`.
        case notCharadesText(String)
        /// The table of durations does not know the video.
        case unknownVideo(String)
        /// An entry of a file that holds many in one JSON value: its place, and what is wrong with it.
        indirect case entry(String, Reason)
    }
}

extension LineProblem: CustomStringConvertible {
    /// `file:line: what is wrong`.
    public var description: String { "\(file):\(line): \(reason)" }
}

extension LineProblem.Reason: CustomStringConvertible {
    /// What is wrong, without file and line.
    public var description: String {
        switch self {
        case .malformed(let reason, let column): "column \(column): \(reason)"
        case .missingKey(let key): "“\(key)” is missing"
        case .repeatedKey(let key): "“\(key)” stands twice in the line"
        case .emptyText(let key): "“\(key)” is empty"
        case .leadsOutside(let key, let name):
            "“\(key)” is \(JSONWriter.quoted(name)), which would name a file outside of its folder"
        case .duplicateQueryID(let qid, let firstLine): "qid \(qid.json) is already on line \(firstLine)"
        case .badDuration(let seconds): "duration \(seconds) is not a positive number of seconds"
        case .noWindows: "“relevant_windows” is empty: leave it out where nothing is known"
        case .emptyWindow(let index, let window):
            "window \(index + 1) \(window) ends \(window.end < window.start ? "before" : "where") it starts"
        case .windowOutsideVideo(let index, let window, let duration):
            "window \(index + 1) \(window) is not within the video, 0 to \(duration) s"
        case .clipOutsideVideo(let clip, let count):
            "clip \(clip) is not in the video, which has clips 0 to \(count - 1)"
        case .repeatedClip(let clip): "clip \(clip) is listed twice"
        case .scoreCount(let key, let rows, let expected): "“\(key)” has \(rows) rows for \(expected) clips"
        case .annotatorCount(let key, let row, let found, let expected):
            "row \(row + 1) of “\(key)” has \(found) scores instead of \(expected)"
        case .badScore(let key, let row, let score): "row \(row + 1) of “\(key)” holds \(score), which is off the scale"
        case .incomplete(let present, let missing): "“\(present)” is given without “\(missing)”"
        case .notCharadesText(let reason): "not “VID START END##query”: \(reason)"
        case .unknownVideo(let vid): "the durations do not know video “\(vid)”"
        case .entry(let place, let reason): "\(place): \(reason)"
        }
    }
}

extension Window: CustomStringConvertible {
    /// `[start, end]`, in seconds.
    public var description: String { "[\(start), \(end)]" }
}
