import TensorFiles
import Torch

/// How far the building of an index is.
public enum VectorIndexStep: Hashable, Sendable {
    /// Lists and codes are learned from a sample.
    case learning
    /// Clips are sorted into the lists.
    case adding(Int, of: Int)
    /// It is held against the exact search.
    case measuring
}

/// Builds an index over rows, and finds out how much it has to look at.
struct CompressedIndexBuilder {
    /// Rows below which an index is not worth it, and cannot be learned.
    static let least = 1000
    /// The share of the ten nearest clips that a search has to find, of imitated sentences. It is above what is promised,
    /// so that others than these keep the promise too.
    static let recallGoal = 0.995
    /// The same, of sentences that lie far from all clips, as those of CLIP do.
    static let distantRecallGoal = 0.985
    private static let wanted = 10
    /// Clips that are compared exactly, the least first; more where the codes are too coarse.
    private static let pools = [least, 4000, 16_000, 64_000]

    let vectors: StoredTensor
    /// Rows that count; in order.
    let ranges: [Range<Int>]

    private var count: Int { ranges.reduce(0) { $0 + $1.count } }
    private var width: Int { vectors.shape[1] }

    /// Learns an index and adds all rows, a part at a time: what it needs is memory for the codes and for a sample.
    ///
    /// - Parameter progress: False stops with `CancellationError`.
    func build(_ progress: (VectorIndexStep) -> Bool) throws -> CompressedIndex {
        precondition(count >= Self.least, "\(count) rows")
        guard progress(.learning) else { throw CancellationError() }
        let lists = max(16, min(Int(2 * Double(count).squareRoot()), count / 40))
        let index = try CompressedIndex(
            learningFrom: clips(max(40 * lists, 20_000)).floats(), width: width, lists: lists,
            bytes: Self.codeBytes(width: width))
        var done = 0
        for range in ranges {
            for first in stride(from: range.lowerBound, to: range.upperBound, by: 16_384) {
                guard progress(.adding(done, of: count)) else { throw CancellationError() }
                let rows = first..<min(first + 16_384, range.upperBound)
                try index.add(Tensor(vectors.rows(rows)).to(.float32).floats(), numbers: rows.map { Int64($0) })
                done += rows.count
            }
        }
        return index
    }

    /// The least effort that finds what the exact search finds, and the share that it finds.
    ///
    /// Sentences are imitated by what lies between many clips, with as much noise, and with two and a half times as much. What
    /// is near to that lies in many lists; a clip with noise, or what lies between two, is near to the lists of its own videos
    /// and found too easily. Real sentences may be harder still, so twice the lists are looked through that these took.
    func effort(of index: CompressedIndex) throws -> (effort: ApproximateSearch.Effort, recall: Double) {
        let exact = ExactSearch(vectors)
        func trial(noise: Double, goal: Double) -> Trial {
            let sentences = imitatedSentences(64, noise: noise)
            return Trial(
                sentences: sentences, truth: exact.nearest(to: sentences, count: Self.wanted, in: ranges), goal: goal)
        }
        let near = trial(noise: 1, goal: Self.recallGoal)
        let distant = trial(noise: 2.5, goal: Self.distantRecallGoal)
        func recall(_ effort: ApproximateSearch.Effort, in trial: Trial) throws -> Double {
            let search = ApproximateSearch(index: index, exact: exact, effort: effort)
            return try search.recall(of: trial.sentences, truth: trial.truth, in: ranges)
        }
        let efforts = Self.pools.prefix { $0 <= count }.flatMap { pool in
            Self.doubling(from: 4, to: index.lists).map { ApproximateSearch.Effort(probes: $0, pool: pool) }
        }
        // Where none finds enough, the last looks through all lists.
        var effort =
            try efforts.first { effort in
                try [near, distant].allSatisfy { try recall(effort, in: $0) >= $0.goal }
            } ?? efforts.last!
        effort.probes = min(2 * effort.probes, index.lists)
        return (effort, try recall(effort, in: near))
    }

    /// Sentences to try an effort with.
    private struct Trial {
        let sentences: [[Float]]
        /// What the exact search finds for each, the nearest first.
        let truth: [[Candidate]]
        /// The share of it that has to be found.
        let goal: Double
    }

    /// Rows as evenly spread as whole numbers allow, `limit` at most.
    func evenly(_ limit: Int) -> [Int] {
        let taken = min(limit, count)
        var rows: [Int] = []
        var (range, before) = (0, 0)
        for place in 0..<taken {
            let position = place * count / taken
            while position - before >= ranges[range].count {
                before += ranges[range].count
                range += 1
            }
            rows.append(ranges[range].lowerBound + position - before)
        }
        return rows
    }

    private func imitatedSentences(_ count: Int, noise: Double) -> [[Float]] {
        let mixed = 16
        let count = min(count, self.count / mixed)
        // Clips that are far from each other in the file, so that they are of different videos.
        let meant = clips(mixed * count).reshaped([mixed, count, width]).sum(0).normalized()
        let own = Tensor.normal(meant.shape, seed: 7, stream: 0) * (noise / Double(width).squareRoot())
        let numbers = (meant + own).floats()
        return stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
    }

    /// Clips that are evenly spread, `limit` at most: N×width in single precision.
    private func clips(_ limit: Int) -> Tensor {
        Tensor(vectors).entries(Tensor(evenly(limit)), 0).to(.float32)
    }

    /// Bytes of a code: one for 16 numbers, where the width can be divided so.
    private static func codeBytes(width: Int) -> Int {
        (1...max(8, width / 16)).last { width % $0 == 0 } ?? 1
    }

    private static func doubling(from first: Int, to last: Int) -> [Int] {
        Array(sequence(first: min(first, last)) { $0 < last ? min(2 * $0, last) : nil })
    }
}
