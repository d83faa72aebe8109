import Foundation
import GRDB

extension LibraryFilter {
    /// A condition with the values of its question marks.
    typealias Condition = (sql: String, arguments: StatementArguments)

    /// Which rows of `video` count.
    var videos: Condition {
        var conditions = ["1"]
        var arguments: StatementArguments = []
        func require(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [value]
        }
        require("video.duration >= ?", duration?.lowerBound)
        require("video.duration <= ?", duration?.upperBound)
        require("video.added >= ?", addedAfter)
        require("video.added < ?", addedBefore)
        if !includesGone || path != nil {
            conditions.append("EXISTS (SELECT 1 FROM file WHERE videoId = video.id AND \(files.sql))")
            arguments += files.arguments
        }
        return (conditions.joined(separator: " AND "), arguments)
    }

    /// Which rows of `file` count.
    var files: Condition {
        let here = includesGone ? "1" : "NOT isGone"
        guard let path else { return (here, []) }
        return ("\(here) AND \(Self.holdsText.name)(path, ?)", [path])
    }

    /// Whether a path holds a text. SQLite's own comparison knows the case of ASCII only.
    static let holdsText = DatabaseFunction("holdsText", argumentCount: 2, pure: true) { values in
        guard let path = String.fromDatabaseValue(values[0]), let text = String.fromDatabaseValue(values[1]) else {
            return false
        }
        return path.range(of: text, options: .caseInsensitive) != nil
    }
}
