import Batches
import Datasets
import Torch

/// Where the loop's batches come from: queries in an order that follows from seed and epoch alone.
public protocol BatchSource {
    /// Queries an epoch.
    var queryCount: Int { get }

    /// The batches of an epoch.
    ///
    /// - Parameters:
    ///   - size: Queries a batch.
    ///   - seed: What the order is drawn from, anew each epoch; nil for the annotations' order.
    ///   - position: The epoch, and the batch in it to begin with.
    ///   - device: Where a batch's features are wanted.
    func batches(size: Int, seed: UInt64?, from position: LoaderPosition, on device: Device) -> EpochBatches
}

extension BatchSource {
    /// Batches an epoch.
    func batchCount(size: Int) -> Int { (queryCount + size - 1) / size }
}

/// The batches of an epoch, one after the other.
public struct EpochBatches {
    /// The next batch, nil after the last.
    public let next: () throws -> Batch?

    /// Batches that a function gives.
    public init(next: @escaping () throws -> Batch?) { self.next = next }
}

extension MomentDataset: BatchSource {
    /// Queries an epoch.
    public var queryCount: Int { count }

    /// The batches of an epoch, assembled ahead in the background.
    public func batches(
        size: Int, seed: UInt64?, from position: LoaderPosition, on device: Device = .cpu
    ) -> EpochBatches {
        // Two threads: compressed features need them, and for others the second one mostly waits. A GPU takes batches faster.
        let workers = device == .cpu ? 2 : 6
        let loader = loader(
            batchSize: size, shuffleSeed: seed, epoch: position.epoch, startingAt: position.batch,
            ahead: workers, workers: workers, device: device)
        return EpochBatches { try loader.next() }
    }
}
