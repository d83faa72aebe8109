import Foundation
import WholeFiles

/// A file with one JSON value a line.
enum JSONLines {
    /// Writes the lines, each with its end; the file is written beside and renamed.
    static func write(_ lines: [String], to url: URL) throws {
        let text = lines.reduce(into: "") { $0 += $1 + "\n" }
        try Data(text.utf8).writeWhole(to: url)
    }
}
