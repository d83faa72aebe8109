/// Asks a vector database which clips are probably near, and compares these exactly.
///
/// The database may hold clips of other libraries, and of videos that were forgotten here: only those count that this library
/// has in the rows that are asked for. So what it gives are true cosines in true order, as of the exact search; what it may
/// miss are clips that the database's own index passes over.
struct DatabaseSearch: CandidateSearch {
    let collection: any VectorCollection
    let places: Places
    let exact: ExactSearch

    /// Videos that a question names at most.
    private static let named = 256
    /// How many times more clips than are wanted a question without names asks for at most.
    private static let widest = 4

    /// The nearest rows; see ``CandidateSearch``.
    func nearest(to vector: [Float], count: Int, in ranges: [Range<Int>]) throws -> [Candidate] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard count > 0, length > 0 else { return [] }
        let question = Question(vector: vector.map { $0 / length }, count: count, ranges: ranges)
        let rows = try rows(nearTo: question, of: places.holding(ranges))
        return exact.nearest(to: vector, count: count, among: rows)
    }

    private struct Question {
        /// Of length 1.
        let vector: [Float]
        let count: Int
        let ranges: [Range<Int>]
    }

    /// Few videos are named. Many are most of what the database has, so that what it finds without names is mostly theirs;
    /// where it is not, they are named, a part at a time.
    private func rows(nearTo question: Question, of wanted: [Place]) throws -> [Int] {
        if wanted.count > Self.named, let rows = try unnamed(question, of: wanted) { return rows }
        return try stride(from: 0, to: wanted.count, by: Self.named).flatMap { first in
            try named(question, of: Array(wanted[first..<min(first + Self.named, wanted.count)]))
        }
    }

    /// Nil where too much of what is found is not wanted.
    private func unnamed(_ question: Question, of wanted: [Place]) throws -> [Int]? {
        var size = question.count
        while size <= Self.widest * question.count {
            let (rows, isAll) = try ask(question, size, of: wanted, in: nil)
            if isAll || rows.count >= question.count { return rows }
            size *= Self.widest
        }
        return nil
    }

    private func named(_ question: Question, of wanted: [Place]) throws -> [Int] {
        var size = question.count
        while true {
            let (rows, isAll) = try ask(question, size, of: wanted, in: wanted.map(\.hash))
            if isAll || rows.count >= question.count { return rows }
            // Rows of these videos that are outside of the ranges took the places.
            size *= Self.widest
        }
    }

    /// The rows that are wanted among the nearest clips, and whether there are no more clips than were asked for.
    private func ask(
        _ question: Question, _ size: Int, of wanted: [Place], in videos: [String]?
    ) throws -> (rows: [Int], isAll: Bool) {
        let names = try collection.nearest(to: question.vector, count: size, in: videos)
        let clips = Dictionary(grouping: Set(names), by: \.video)
        let rows = wanted.flatMap { place in
            (clips[place.hash] ?? []).map { place.rows.lowerBound + $0.clip }.filter { row in
                place.rows.contains(row) && question.ranges.contains { $0.contains(row) }
            }
        }
        return (rows, names.count < size)
    }
}

extension Places {
    /// The places that have rows in one of some ranges, which are in order.
    fileprivate func holding(_ ranges: [Range<Int>]) -> [Place] {
        var next = 0
        return all.filter { place in
            while next < ranges.count, ranges[next].upperBound <= place.rows.lowerBound { next += 1 }
            return next < ranges.count && ranges[next].lowerBound < place.rows.upperBound
        }
    }
}
