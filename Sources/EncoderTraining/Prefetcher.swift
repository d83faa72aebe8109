import Foundation

/// Makes values ahead of their use, on a thread of its own, in order.
final class Prefetcher<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var ready: [Value] = []
    private var isStopped = false
    private let capacity: Int

    /// Begins with the values of a range's numbers.
    init(_ range: Range<Int>, capacity: Int = 4, make: @escaping @Sendable (Int) -> Value) {
        self.capacity = capacity
        let thread = Thread { [self] in
            for number in range {
                let value = make(number)
                condition.lock()
                while ready.count >= capacity && !isStopped { condition.wait() }
                let goesOn = !isStopped
                if goesOn { ready.append(value) }
                condition.broadcast()
                condition.unlock()
                if !goesOn { return }
            }
        }
        thread.name = "moments.prefetching"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// The next value; it must be one of the range.
    func next() -> Value {
        condition.lock()
        defer { condition.unlock() }
        while ready.isEmpty { condition.wait() }
        condition.broadcast()
        return ready.removeFirst()
    }

    /// No more are needed.
    func stop() {
        condition.lock()
        isStopped = true
        condition.broadcast()
        condition.unlock()
    }
}
