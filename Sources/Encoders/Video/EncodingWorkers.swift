import Foundation
import Torch

/// Threads that encode while another decodes: one for each core, each of which computes on itself alone.
///
/// No more jobs wait than there are threads, so that memory stays flat; the giver waits for room.
final class EncodingWorkers: Sendable {
    /// Results in the order in which their jobs were given.
    final class Rows: @unchecked Sendable {
        private let lock = NSLock()
        private var values: [Tensor?] = []

        fileprivate func reserve() -> Int {
            lock.withLock {
                values.append(nil)
                return values.count - 1
            }
        }

        fileprivate func set(_ index: Int, _ value: Tensor) { lock.withLock { values[index] = value } }

        /// All of them, once the workers have finished.
        var all: [Tensor] { lock.withLock { values.compactMap { $0 } } }

        /// Those before the first that is still computed.
        var beginning: [Tensor] { lock.withLock { values.prefix { $0 != nil }.compactMap { $0 } } }
    }

    /// Encoders are only read, and a job's frames are its own.
    private struct Job: @unchecked Sendable {
        let compute: () -> Tensor
        let rows: Rows
        let index: Int
    }

    private let queue: BoundedQueue<Job>
    private let group = DispatchGroup()

    /// Starts the threads.
    init(count: Int = Libtorch.threadCount) {
        queue = BoundedQueue(capacity: count)
        for _ in 0..<count {
            group.enter()
            let thread = Thread { [queue, group] in
                Libtorch.onOneThread {
                    while let job = try? queue.take() { job.rows.set(job.index, job.compute()) }
                }
                group.leave()
            }
            thread.name = "moments.encoding"
            thread.start()
        }
    }

    /// Gives a job whose result becomes the next of `rows`.
    func submit(to rows: Rows, _ compute: @escaping () -> Tensor) {
        try? queue.give(Job(compute: compute, rows: rows, index: rows.reserve()))
    }

    /// Waits until all jobs are done. None is given any more then.
    func finish() {
        queue.finish()
        group.wait()
    }

    /// Drops the jobs that wait, and waits for those that run.
    func cancel() {
        queue.abandon()
        finish()
    }
}
