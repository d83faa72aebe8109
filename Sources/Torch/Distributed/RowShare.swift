/// The rows of a batch that one of several processes computes.
///
/// Neighbouring rows go together, as many to each process as to the others, or one more to the first ones.
public struct RowShare: Hashable, Sendable {
    /// Rows of the whole batch; at least one.
    public let total: Int
    /// Rows of each process. Where there are more processes than rows the last ones have none.
    public let counts: [Int]
    /// What this process computes. A process without rows computes the first one, so that all do the same operations, and
    /// hands out nothing of it.
    public let rows: Range<Int>

    /// Divides rows among processes.
    public init(of total: Int, rank: Int, size: Int) {
        guard total > 0, 0..<size ~= rank else { fail("RowShare", [], "\(total) rows, rank \(rank) of \(size)") }
        self.total = total
        counts = (0..<size).map { total / size + ($0 < total % size ? 1 : 0) }
        let first = counts[..<rank].reduce(0, +)
        rows = counts[rank] > 0 ? first..<(first + counts[rank]) : 0..<1
    }
}

extension ParameterStore {
    /// What this process has of a tensor of the whole batch; all of it where no share is at work.
    public func ownRows(_ whole: Tensor) -> Tensor {
        guard let share = random.share else { return whole }
        return whole.slice(0, share.rows.lowerBound, share.rows.upperBound)
    }

    /// For each row here the row that follows it in the whole batch; the first one follows the last.
    public func followingRows(_ x: Tensor) -> Tensor {
        guard let share = random.share, let group else { return x.rolled(-1, 0) }
        return ownRows(group.gatherRows([x], share)[0].rolled(-1, 0))
    }
}
