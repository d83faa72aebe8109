import Annotations
import Batches
import Foundation
import Torch

/// Where in the training data a run stands. With the same data set, batch size and seed, all that follows is known.
public struct LoaderPosition: Codable, Hashable, Sendable {
    /// The epoch, from 0.
    public var epoch: Int
    /// The next batch in it, from 0.
    public var batch: Int

    /// Makes a position.
    public init(epoch: Int = 0, batch: Int = 0) {
        self.epoch = epoch
        self.batch = batch
    }
}

extension MomentDataset {
    /// The batches of an epoch, assembled ahead in the background.
    ///
    /// Which queries a batch holds follows from the number of annotations and these arguments alone, so a run that was
    /// interrupted goes on with just the batches that were left.
    ///
    /// - Parameters:
    ///   - batchSize: queries a batch.
    ///   - shuffleSeed: what the order is drawn from, anew each epoch; nil keeps the annotations' order.
    ///   - epoch: from 0.
    ///   - batch: the batch to begin with.
    ///   - bucketing: puts videos of like annotated length together. Less padding, and a little less chance: within every
    ///     16 batches of the shuffled order the queries are sorted by length, cut into batches, and all batches shuffled.
    ///   - dropsLast: leaves out a last batch that is not full.
    ///   - ahead: how many batches may lie ready or be in work.
    ///   - workers: threads that assemble. One is enough unless the features are compressed.
    ///   - device: where clips and words are wanted; the threads bring them there.
    public func loader(
        batchSize: Int, shuffleSeed: UInt64? = nil, epoch: Int = 0, startingAt batch: Int = 0, bucketing: Bool = false,
        dropsLast: Bool = false, ahead: Int = 2, workers: Int = 1, device: Device = .cpu
    ) -> BatchLoader {
        let order = BatchOrder(
            count: count, batchSize: batchSize, shuffleSeed: shuffleSeed, epoch: epoch,
            lengths: bucketing ? annotations.map(expectedClips) : nil, dropsLast: dropsLast)
        return BatchLoader(
            self, order.batches, LoaderPosition(epoch: epoch, batch: batch), ahead: ahead, workers: workers,
            device: device)
    }

    /// Clips by the annotated duration.
    func expectedClips(_ annotation: Annotation) -> Int {
        recipe.expectedClips(duration: annotation.duration)
    }
}

/// The batches of an epoch in their order, assembled ahead by threads of its own. One thread asks for them.
public final class BatchLoader {
    /// Batches of the whole epoch, with those before the first one asked for.
    public let batchCount: Int
    /// The batch that ``next()`` gives next.
    public private(set) var position: LoaderPosition
    private let queue: BatchQueue

    init(
        _ dataset: MomentDataset, _ batches: [[Int]], _ start: LoaderPosition, ahead: Int, workers: Int, device: Device
    ) {
        precondition(
            start.batch >= 0 && ahead > 0 && workers > 0, "a loader needs a batch to start at, room and workers")
        batchCount = batches.count
        position = start
        let epoch = start.epoch
        queue = BatchQueue(first: min(start.batch, batches.count), count: batches.count, ahead: max(ahead, workers)) {
            try dataset.batch(batches[$0], epoch: epoch).withFeatures(on: device)
        }
        for index in 0..<workers { queue.startWorker(named: "moments.batches.\(index)", device) }
    }

    deinit { queue.cancel() }

    /// The next batch; waits for it. Nil behind the last one and after ``cancel()``.
    ///
    /// - Throws: what went wrong in assembling this very batch; the batches before it have been given. Then always the same.
    public func next() throws -> Batch? {
        guard let batch = try queue.next() else { return nil }
        position.batch += 1
        return batch
    }

    /// Stops the threads and waits until they are gone.
    public func cancel() {
        queue.cancel()
        queue.waitForWorkers()
    }
}

/// Work in order on several threads, with bounded room for results.
private final class BatchQueue: @unchecked Sendable {
    // Sendable: the condition guards all variables.
    private let condition = NSCondition()
    private let count: Int
    private let ahead: Int
    private let make: @Sendable (Int) throws -> Batch
    private var claimed: Int
    private var delivered: Int
    private var ready: [Int: Result<Batch, any Error>] = [:]
    private var failure: (any Error)?
    private var workers = 0
    private var isCancelled = false

    init(first: Int, count: Int, ahead: Int, make: @escaping @Sendable (Int) throws -> Batch) {
        claimed = first
        delivered = first
        self.count = count
        self.ahead = ahead
        self.make = make
    }

    func startWorker(named name: String, _ device: Device) {
        condition.withLock { workers += 1 }
        let thread = Thread { [self] in
            device.useOwnQueue()
            while let index = claim() {
                let result = Result { try make(index) }
                finish(index, result)
            }
            condition.withLock {
                workers -= 1
                condition.broadcast()
            }
        }
        thread.name = name
        thread.start()
    }

    private func claim() -> Int? {
        condition.withLock {
            while !isCancelled, claimed < count, claimed >= delivered + ahead { condition.wait() }
            guard !isCancelled, claimed < count else { return nil }
            claimed += 1
            return claimed - 1
        }
    }

    private func finish(_ index: Int, _ result: Result<Batch, any Error>) {
        condition.withLock {
            if isCancelled { return }
            ready[index] = result
            if case .failure = result { claimed = count }
            condition.broadcast()
        }
    }

    func next() throws -> Batch? {
        let result: Result<Batch, any Error>? = condition.withLock {
            if let failure { return .failure(failure) }
            guard delivered < count else { return nil }
            while !isCancelled, ready[delivered] == nil { condition.wait() }
            guard let result = ready.removeValue(forKey: delivered) else { return nil }
            delivered += 1
            if case .failure(let error) = result { failure = error }
            condition.broadcast()
            return result
        }
        return try result?.get()
    }

    func cancel() {
        condition.withLock {
            isCancelled = true
            ready = [:]
            condition.broadcast()
        }
    }

    func waitForWorkers() {
        condition.withLock {
            while workers > 0 { condition.wait() }
        }
    }
}
