import Foundation
import Torch

extension SlowFast {
    /// The features of several clips: T×H×W×3 each → clips×2304.
    ///
    /// Each processor core works through clips of its own. That takes less time than one clip after the other on all cores, as
    /// no core waits for another, and the memory of one clip's activations for each core. The numbers are those of
    /// ``encode(clip:)`` up to rounding.
    public func encode(clips: [Tensor]) -> Tensor {
        guard clips.count > 1 else { return .stacked(clips.map { encode(clip: $0) }) }
        let workers = min(Libtorch.threadCount, clips.count)
        let features = Features(count: clips.count)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            Libtorch.onOneThread {
                while let index = features.next() { features[index] = encode(clip: clips[index]) }
            }
        }
        return .stacked(features.finished)
    }
}

/// Where workers take the next clip's index and leave its feature.
private final class Features: @unchecked Sendable {
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

    /// All features in order; each worker has left its own by then.
    var finished: [Tensor] { lock.withLock { values.compactMap { $0 } } }
}
