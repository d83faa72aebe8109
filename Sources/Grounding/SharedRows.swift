import Batches
import Torch

/// What a model makes of the rows of a batch, each by itself: what several processes can divide among themselves.
public protocol RowOutput {
    /// The same of the whole batch.
    ///
    /// - Parameters:
    ///   - batch: The whole batch, for what follows from it without the model.
    ///   - all: From a tensor of this process's rows to one of all rows. It is called once for each tensor, in one order.
    func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> Self
}

extension Tensor: RowOutput {
    /// All rows.
    public func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> Tensor { all(self) }
}

extension GroundingModel {
    /// What the model makes of a batch, with the rows divided among the processes of the store's group, where it has one.
    ///
    /// Every process gets the output of all rows, so that a loss may compare any row with any other. Gradients go back to
    /// where the rows were computed. Padding and dropout of a row are those of the whole batch: but for rounding, the numbers
    /// are those of one process.
    ///
    /// - Parameters:
    ///   - batch: All rows, the same for every process.
    ///   - forward: From rows to their output. Each row is by itself, or sees others through
    ///     `ParameterStore.followingRows`.
    public func shared<Output: RowOutput>(_ batch: Batch, _ forward: (Batch) -> Output) -> Output {
        guard let group = store.group else { return forward(batch) }
        let share = RowShare(of: batch.count, rank: group.rank, size: group.size)
        let own = store.random.withShare(share) { forward(batch.rows(share.rows)) }
        var parts: [Tensor] = []
        _ = own.whole(batch) {
            parts.append($0)
            return $0
        }
        var gathered = group.gatherRows(parts, share)[...]
        return own.whole(batch) { _ in gathered.removeFirst() }
    }
}
