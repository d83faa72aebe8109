import Foundation
import GRDB

/// A video's rows in a space.
struct Place: Sendable {
    let id: Int64
    let hash: String
    let duration: Double
    let encoding: Int64
    let rows: Range<Int>
}

/// Where the vectors of some videos lie in a space, in the order of their rows.
struct Places: Sendable {
    let all: [Place]
    /// The rows of all of them; neighbours are one range.
    let rows: [Range<Int>]

    init(_ places: [Place]) {
        all = places
        rows = Self.joined(places)
    }

    /// How many clips there are.
    var clips: Int { rows.reduce(0) { $0 + $1.count } }
    /// Behind the last row.
    var end: Int { rows.last?.upperBound ?? 0 }
    /// The latest encoding; 0 where there is none.
    var lastEncoding: Int64 { all.map(\.encoding).max() ?? 0 }

    /// The rows of encodings up to one, and of those that came later.
    func divided(after last: Int64) -> (earlier: [Range<Int>], later: [Range<Int>]) {
        (Self.joined(all.filter { $0.encoding <= last }), Self.joined(all.filter { $0.encoding > last }))
    }

    private static func joined(_ places: [Place]) -> [Range<Int>] {
        var joined: [Range<Int>] = []
        for rows in places.map(\.rows) where !rows.isEmpty {
            if let last = joined.last, last.upperBound == rows.lowerBound {
                joined[joined.count - 1] = last.lowerBound..<rows.upperBound
            } else {
                joined.append(rows)
            }
        }
        return joined
    }

    /// Those that a filter lets through.
    init(_ filter: LibraryFilter, space: Int64, in database: Database) throws {
        let (condition, arguments) = filter.videos
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT video.id AS id, hash, duration, encoding.id AS encoding, firstRow, clips FROM encoding
                JOIN video ON video.id = encoding.videoId
                WHERE encoding.spaceId = ? AND \(condition) ORDER BY firstRow
                """, arguments: [space] + arguments)
        self.init(
            rows.map { row in
                let first: Int = row["firstRow"]
                let clips: Int = row["clips"]
                return Place(
                    id: row["id"], hash: row["hash"], duration: row["duration"], encoding: row["encoding"],
                    rows: first..<first + clips)
            })
    }

    /// The place that holds a row; one does.
    func place(of row: Int) -> Place {
        var (low, high) = (0, all.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if all[middle].rows.lowerBound <= row { low = middle } else { high = middle - 1 }
        }
        return all[low]
    }
}
