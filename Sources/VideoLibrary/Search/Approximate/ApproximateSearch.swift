import Foundation
import TensorFiles

/// Compares a sentence with few of the clips: an index says which are probably near, and these are compared exactly.
///
/// What it gives are true cosines in true order; what it may miss are clips in lists that were not looked through, or
/// whose codes are too far off. How many it misses was measured when it was built.
public struct ApproximateSearch: CandidateSearch {
    /// How much it looks at.
    public struct Effort: Hashable, Sendable {
        /// Lists that are looked through.
        public var probes: Int
        /// Clips that are compared exactly, at least; ten for each that is wanted where that is more.
        public var pool: Int

        /// Says how much.
        public init(probes: Int, pool: Int) {
            self.probes = probes
            self.pool = pool
        }
    }

    let index: CompressedIndex
    let exact: ExactSearch
    /// How much it looks at.
    public let effort: Effort

    init(index: CompressedIndex, exact: ExactSearch, effort: Effort) {
        (self.index, self.exact, self.effort) = (index, exact, effort)
    }

    /// Opens what ``built(over:in:at:progress:)`` wrote, with what it found out.
    ///
    /// - Throws: where the file is not an index over rows of this width.
    public init(mapping url: URL, over vectors: StoredTensor, effort: Effort) throws {
        let index = try CompressedIndex(mapping: url)
        guard index.width == vectors.shape[1] else {
            throw FaissError(description: "an index of width \(index.width) over rows of \(vectors.shape[1])")
        }
        self.init(index: index, exact: ExactSearch(vectors), effort: effort)
    }

    /// The nearest rows; see ``CandidateSearch``.
    public func nearest(to vector: [Float], count: Int, in ranges: [Range<Int>]) throws -> [Candidate] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard count > 0, length > 0 else { return [] }
        let rows = try index.nearest(
            to: vector.map { $0 / length }, count: max(effort.pool, 10 * count), probes: effort.probes, in: ranges)
        return exact.nearest(to: vector, count: count, among: rows)
    }

    /// Builds an index over rows into a file, and finds out how much it has to look at.
    ///
    /// - Parameters:
    ///   - vectors: Rows of half precision and of length 1, count×width.
    ///   - ranges: Rows that count, in order; a thousand at least.
    ///   - url: The file to write.
    ///   - progress: False stops with `CancellationError`.
    /// - Returns: The search, mapped from the file, and the share of the ten nearest clips that it finds.
    public static func built(
        over vectors: StoredTensor, in ranges: [Range<Int>], at url: URL,
        progress: (VectorIndexStep) -> Bool = { _ in true }
    ) throws -> (search: ApproximateSearch, recall: Double) {
        try CompressedIndexBuilder(vectors: vectors, ranges: ranges).build(progress).write(to: url)
        guard progress(.measuring) else { throw CancellationError() }
        return try measured(mapping: url, over: vectors, in: ranges)
    }

    /// Finds out how much an index that is there has to look at.
    ///
    /// - Parameters: As those that it was built with.
    /// - Returns: The search, mapped from the file, and the share of the ten nearest clips that it finds.
    public static func measured(
        mapping url: URL, over vectors: StoredTensor, in ranges: [Range<Int>]
    ) throws -> (search: ApproximateSearch, recall: Double) {
        // Measured as it will be used: mapped.
        let index = try CompressedIndex(mapping: url)
        let (effort, recall) = try CompressedIndexBuilder(vectors: vectors, ranges: ranges).effort(of: index)
        return (ApproximateSearch(index: index, exact: ExactSearch(vectors), effort: effort), recall)
    }
}
