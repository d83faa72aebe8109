import Foundation

/// Memory of batches, used again once a batch is gone.
///
/// A batch of QVHighlights takes 27 MB. Fresh memory of that size has to be zeroed by the system page by page, which
/// costs more than filling it.
final class BatchMemory: @unchecked Sendable {
    // Sendable: the lock guards the list.
    private let lock = NSLock()
    private var free: [(memory: UnsafeMutableRawPointer, capacity: Int)] = []
    /// The most buffers kept for later.
    private let limit: Int

    init(limit: Int = 6) { self.limit = limit }

    deinit {
        for (memory, _) in free { Glibc.free(memory) }
    }

    /// A buffer of at least `bytes` bytes with anything in it.
    func take(bytes: Int) -> BatchBuffer {
        let page = bytes >= 1 << 20 ? 1 << 21 : 1 << 12
        let capacity = (max(bytes, 1) + page - 1) / page * page
        if let found = reuse(capacity) {
            return BatchBuffer(memory: found.memory, capacity: found.capacity, pool: self)
        }
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, page, capacity) == 0, let memory else {
            fatalError("not enough memory for a batch of \(bytes) bytes; make batches smaller")
        }
        madvise(memory, capacity, 14)  // MADV_HUGEPAGE: fewer pages, fewer faults. It may refuse.
        return BatchBuffer(memory: memory, capacity: capacity, pool: self)
    }

    /// A buffer that is large enough and not much too large: the longest video differs from batch to batch.
    private func reuse(_ capacity: Int) -> (memory: UnsafeMutableRawPointer, capacity: Int)? {
        lock.withLock {
            free.firstIndex { (capacity...2 * capacity).contains($0.capacity) }.map { free.remove(at: $0) }
        }
    }

    fileprivate func giveBack(_ memory: UnsafeMutableRawPointer, _ capacity: Int) {
        let dropped = lock.withLock {
            free.append((memory, capacity))
            return free.count > limit ? free.removeFirst().memory : nil
        }
        Glibc.free(dropped)
    }
}

/// Memory that goes back to its pool when the last tensor on it dies.
final class BatchBuffer: @unchecked Sendable {
    // Sendable: whoever fills it is alone with it; afterwards nobody writes.
    let memory: UnsafeMutableRawPointer
    private let capacity: Int
    private let pool: BatchMemory

    fileprivate init(memory: UnsafeMutableRawPointer, capacity: Int, pool: BatchMemory) {
        self.memory = memory
        self.capacity = capacity
        self.pool = pool
    }

    deinit { pool.giveBack(memory, capacity) }
}
