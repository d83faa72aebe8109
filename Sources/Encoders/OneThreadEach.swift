import Foundation
import Torch

/// Computes `count` independent tensors, each on one thread, as many at a time as there are cores.
///
/// No core waits for another inside of an operation. The results come in order.
func oneThreadEach(_ count: Int, _ compute: (Int) -> Tensor) -> [Tensor] {
    guard count > 1 else { return (0..<count).map(compute) }
    let results = Results(count: count)
    withoutActuallyEscaping(compute) { compute in
        let work = Work(compute: compute)
        DispatchQueue.concurrentPerform(iterations: min(Libtorch.threadCount, count)) { _ in
            Libtorch.onOneThread {
                while let index = results.next() { results[index] = work.compute(index) }
            }
        }
    }
    return results.finished
}

/// The work, which several threads do at once; it only reads what it captured.
private struct Work: @unchecked Sendable {
    let compute: (Int) -> Tensor
}

/// Where threads take the next index and leave its result.
private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var started = 0
    private var values: [Tensor?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func next() -> Int? {
        lock.withLock {
            guard started < values.count else { return nil }
            started += 1
            return started - 1
        }
    }

    subscript(index: Int) -> Tensor? {
        get { lock.withLock { values[index] } }
        set { lock.withLock { values[index] = newValue } }
    }

    /// All results; each thread has left its own by then.
    var finished: [Tensor] { lock.withLock { values.compactMap { $0 } } }
}
