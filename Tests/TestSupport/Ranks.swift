import Foundation
import Synchronization
import Torch

/// Runs a body as each of several ranks, connected as processes would be, on threads of this one.
///
/// - Returns: What each rank made, by rank.
/// - Throws: What the first rank that threw did.
public func withRanks<Result: Sendable>(
    _ size: Int, _ body: @escaping @Sendable (ProcessGroup) throws -> Result
) throws -> [Result] {
    let store = try KeyStore(servingAt: "127.0.0.1")
    let port = store.port
    let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    let done = DispatchSemaphore(value: 0)
    for rank in 0..<size {
        let thread = Thread {
            let result = Swift.Result {
                var place = DistributedEnvironment(rank: rank, size: size, address: "127.0.0.1", port: port)
                place.isServedByLauncher = true
                return try body(try ProcessGroup(place))
            }
            results.withLock { $0[rank] = result }
            done.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
    for _ in 0..<size { done.wait() }
    return try withExtendedLifetime(store) {
        try (0..<size).map { rank in try results.withLock { $0[rank]! }.get() }
    }
}
