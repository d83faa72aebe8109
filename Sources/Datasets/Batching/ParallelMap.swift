import Foundation

/// What `body` makes of each index, in their order, by as many threads as there are cores.
func mapInParallel<Value: Sendable>(count: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    let slots = Slots<Value>(count: count)
    DispatchQueue.concurrentPerform(iterations: count) { slots.set($0, body($0)) }
    return slots.values
}

/// Places that several threads fill, each its own.
private final class Slots<Value: Sendable>: @unchecked Sendable {
    // Sendable: the lock guards the places.
    private let lock = NSLock()
    private var slots: [Value?]

    init(count: Int) { slots = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ value: Value) { lock.withLock { slots[index] = value } }

    var values: [Value] { slots.map { $0! } }
}
