import Foundation

/// Why a file of annotations or predictions could not be used.
public enum AnnotationFileError: Error, Hashable, Sendable {
    /// There is no such file.
    case notFound(path: String)
    /// The file is there but could not be read: a folder, no permission, a failing disk.
    case unreadable(path: String, reason: String)
    /// The file holds no entry at all.
    case empty(path: String)
    /// The file's first entries look like none of the known formats.
    case unknownFormat(path: String)
    /// The text form of Charades-STA needs the table of durations, and none was given.
    case durationsMissing(path: String)
    /// The table of durations lacks a column.
    case durationsColumnMissing(path: String, column: String)
    /// Lines are wrong; every one is listed.
    case problems(path: String, [LineProblem])
}

extension AnnotationFileError: CustomStringConvertible, LocalizedError {
    /// How many problems a description lists before it only counts the rest.
    public static let listedProblems = 20

    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .notFound(let path):
            "There is no file \(path)."
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)"
        case .empty(let path):
            "\(path) is empty: one query a line was expected."
        case .unknownFormat(let path):
            """
            \(path) is in no known format. Known are JSON Lines with “qid”, “query”, “vid” and “duration”, the text \
            form of Charades-STA (VID START END##query) and the JSON of 2D-TAN for TACoS.
            """
        case .durationsMissing(let path):
            """
            \(path) is the text form of Charades-STA, which has no durations: name a CSV file with the columns \
            “id” and “length” as well, or use the JSON Lines form.
            """
        case .durationsColumnMissing(let path, let column):
            "\(path) has no column “\(column)”: the table of durations needs “id” and “length” (seconds)."
        case .problems(let path, let problems):
            Self.list(problems, in: path)
        }
    }

    /// The description, for programs that ask through `LocalizedError`.
    public var errorDescription: String? { description }

    private static func list(_ problems: [LineProblem], in path: String) -> String {
        let noun = problems.count == 1 ? "problem" : "problems"
        var lines = ["\(path) has \(problems.count) \(noun):"]
        lines += problems.prefix(listedProblems).map { "  \($0)" }
        if problems.count > listedProblems { lines.append("  … and \(problems.count - listedProblems) more") }
        return lines.joined(separator: "\n")
    }
}
