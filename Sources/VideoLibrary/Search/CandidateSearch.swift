import TensorFiles
import Torch

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

/// Compares a sentence with every clip, exactly.
///
/// Vectors lie in a mapped file in half precision, so that they need not fit into memory; a block of them at a time is
/// multiplied.
public struct ExactSearch: CandidateSearch {
    private let vectors: StoredTensor
    /// Rows that are multiplied at once: in single precision they stay in a processor's cache.
    private let block: Int

    /// Searches rows of half precision, count×width.
    public init(_ vectors: StoredTensor, block: Int = 8192) {
        precondition(vectors.shape.count == 2 && block > 0, "vectors \(vectors.shape), blocks of \(block)")
        self.vectors = vectors
        self.block = block
    }

    /// The nearest rows; see ``CandidateSearch``.
    public func nearest(to vector: [Float], count: Int, in ranges: [Range<Int>]) -> [Candidate] {
        let width = vectors.shape[1]
        precondition(vector.count == width, "a vector of \(vector.count) among rows of \(width)")
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard count > 0, length > 0 else { return [] }
        return withoutGradient {
            let query = Tensor(vector.map { Double($0 / length) }, shape: [width]).to(.float32)
            var best: [Candidate] = []
            for range in ranges {
                for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                    let rows = first..<min(first + block, range.upperBound)
                    let cosines = Tensor(vectors.rows(rows)).to(.float32).matmul(query.unsqueezed(1)).squeezed(1)
                    let top = cosines.top(min(count, rows.count), 0)
                    let found = zip(top.indices.doubles(), top.values.doubles())
                    best = merged(best, found.map { Candidate(row: first + Int($0), cosine: $1) }, count)
                }
            }
            return best
        }
    }

    private func merged(_ left: [Candidate], _ right: [Candidate], _ count: Int) -> [Candidate] {
        let all = (left + right).sorted { $0.cosine != $1.cosine ? $0.cosine > $1.cosine : $0.row < $1.row }
        return Array(all.prefix(count))
    }
}
