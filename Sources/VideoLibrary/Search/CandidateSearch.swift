/// A clip that may be what is looked for.
public struct Candidate: Hashable, Sendable {
    /// Its row among the space's vectors.
    public let row: Int
    /// The cosine of its vector with the sentence's.
    public let cosine: Double

    /// Names a row.
    public init(row: Int, cosine: Double) {
        self.row = row
        self.cosine = cosine
    }

    /// The best of some, best first; of equal ones the first row.
    static func best(_ count: Int, of candidates: [Candidate]) -> [Candidate] {
        let order = candidates.sorted { $0.cosine != $1.cosine ? $0.cosine > $1.cosine : $0.row < $1.row }
        return Array(order.prefix(count))
    }
}

/// Finds the clips whose vectors are nearest to a sentence's: the first of the two stages of a search.
///
/// Behind it may lie a scan of all vectors, an index that passes most of them over, or another machine.
public protocol CandidateSearch {
    /// The nearest rows, best first; of equal ones the first.
    ///
    /// - Parameters:
    ///   - vector: As wide as the rows; of any length but zero.
    ///   - count: How many at most.
    ///   - rows: Only rows inside one of these ranges count, which are in order and do not overlap.
    /// - Throws: what reading throws.
    func nearest(to vector: [Float], count: Int, in rows: [Range<Int>]) throws -> [Candidate]
}

extension CandidateSearch {
    /// The share of the nearest rows that it finds: those as near as the farthest of the true ones, of which equal ones are
    /// as good as each other.
    ///
    /// - Parameters:
    ///   - sentences: Vectors to look for.
    ///   - truth: The nearest rows of each, as the exact search finds them; as many are looked for.
    ///   - rows: As in ``nearest(to:count:in:)``.
    public func recall(of sentences: [[Float]], truth: [[Candidate]], in rows: [Range<Int>]) throws -> Double {
        let found = try zip(sentences, truth).map { sentence, nearest -> Int in
            let least = (nearest.last?.cosine ?? 1) - 1e-6
            return try self.nearest(to: sentence, count: nearest.count, in: rows).count { $0.cosine >= least }
        }
        return Double(found.reduce(0, +)) / Double(truth.reduce(0) { $0 + $1.count })
    }
}
