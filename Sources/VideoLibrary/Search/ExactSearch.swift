import TensorFiles
import Torch

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

    private var width: Int { vectors.shape[1] }

    /// The nearest rows; see ``CandidateSearch``.
    public func nearest(to vector: [Float], count: Int, in ranges: [Range<Int>]) -> [Candidate] {
        nearest(to: [vector], count: count, in: ranges)[0]
    }

    /// The nearest rows of several vectors in one pass; none of a vector of zeros.
    public func nearest(to vectors: [[Float]], count: Int, in ranges: [Range<Int>]) -> [[Candidate]] {
        withoutGradient {
            let sought = directions(vectors)
            let kept = count + Self.spare
            var best = [[Candidate]](repeating: [], count: vectors.count)
            for range in ranges where count > 0 {
                for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                    let rows = first..<min(first + block, range.upperBound)
                    let cosines = sought.matmul(Tensor(self.vectors.rows(rows)).to(.float32).transposed())
                    let top = cosines.top(min(kept, rows.count))
                    let (values, places) = (top.values.doubles(), top.indices.doubles())
                    let width = values.count / vectors.count
                    for query in vectors.indices {
                        let own = query * width..<(query + 1) * width
                        // Most blocks hold nothing that is better than what there is.
                        if best[query].count == kept, values[own.lowerBound] <= best[query][kept - 1].cosine {
                            continue
                        }
                        let found = own.map { Candidate(row: first + Int(places[$0]), cosine: values[$0]) }
                        best[query] = Candidate.best(kept, of: best[query] + found)
                    }
                }
            }
            return zip(vectors, best).map { vector, found in
                vector.allSatisfy { $0 == 0 } ? [] : measured(found, count, by: vector)
            }
        }
    }

    /// The nearest of some rows, in any order.
    func nearest(to vector: [Float], count: Int, among rows: [Int]) -> [Candidate] {
        guard !rows.isEmpty else { return [] }
        return withoutGradient {
            // In the order of the file, so that what is read lies together where it can.
            let rows = rows.sorted()
            let clips = Tensor(vectors).entries(Tensor(rows), 0).to(.float32)
            let cosines = directions([vector]).matmul(clips.transposed()).doubles()
            let found = zip(rows, cosines).map { Candidate(row: $0, cosine: $1) }
            return measured(Candidate.best(count + Self.spare, of: found), count, by: vector)
        }
    }

    /// Rows that are kept beside those that are wanted, until all are measured.
    private static let spare = 8

    /// The best of some rows, by cosines in double precision.
    ///
    /// How a product of matrices rounds depends on what else is multiplied, and so on where a row lies in the file. These
    /// cosines do not: the same clips come in the same order in every library that holds them.
    private func measured(_ found: [Candidate], _ count: Int, by vector: [Float]) -> [Candidate] {
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard !found.isEmpty, length > 0 else { return [] }
        let rows = Tensor(vectors).entries(Tensor(found.map(\.row)), 0).to(.float32).floats()
        let cosines = found.indices.map { place in
            var sum = 0.0
            for column in 0..<width { sum += Double(vector[column]) * Double(rows[place * width + column]) }
            return sum / length
        }
        return Candidate.best(count, of: zip(found, cosines).map { Candidate(row: $0.row, cosine: $1) })
    }

    /// Vectors of length 1, N×width. One of zeros stays so.
    private func directions(_ vectors: [[Float]]) -> Tensor {
        precondition(vectors.allSatisfy { $0.count == width }, "vectors \(vectors.map(\.count)) among rows of \(width)")
        return Tensor(StoredTensor(vectors.flatMap { $0 }, shape: [vectors.count, width])).normalized()
    }
}
