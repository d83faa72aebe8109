import Foundation
import NIOPosix
import Synchronization

/// The two threads that decode and cut for clients, and how much waits for them.
final class PictureRoom: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 2)
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) {
        self.limit = limit
        pool.start()
    }

    /// How many wait or are at work.
    var busy: Int { count.withLock { $0 } }

    func stop() { pool.shutdownGracefully { _ in } }

    /// Does work on one of the threads.
    ///
    /// - Throws: ``Failure`` where too much waits; what the work throws.
    func work<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let isTaken = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isTaken else {
            throw Failure.busy("queue_full", "Too many clips and pictures wait; try again.", after: 2)
        }
        defer { count.withLock { $0 -= 1 } }
        return try await pool.runIfActive(body)
    }
}
