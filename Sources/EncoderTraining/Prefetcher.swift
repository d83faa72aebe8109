import Foundation

/// Makes values ahead of their use, on threads of its own, and gives them in order.
final class Prefetcher<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var ready: [Int: Value] = [:]
    /// The number that the next thread takes up, and the one that is given next.
    private var upcoming, wanted: Int
    private let end: Int
    private var isStopped = false
    private let capacity: Int

    /// Begins with the values of a range's numbers.
    init(_ range: Range<Int>, threads: Int = 1, make: @escaping @Sendable (Int) -> Value) {
        (upcoming, wanted, end) = (range.lowerBound, range.lowerBound, range.upperBound)
        capacity = 3 + threads
        for _ in 0..<threads {
            let thread = Thread { [self] in while let number = next() { keep(make(number), number) } }
            thread.name = "moments.prefetching"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    /// The number to make a value of; nil where no more are needed. Waits while enough are there.
    private func next() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while upcoming >= wanted + capacity && upcoming < end && !isStopped { condition.wait() }
        guard upcoming < end, !isStopped else { return nil }
        defer { upcoming += 1 }
        return upcoming
    }

    private func keep(_ value: Value, _ number: Int) {
        condition.lock()
        ready[number] = value
        condition.broadcast()
        condition.unlock()
    }

    /// The next value; it must be one of the range.
    func value() -> Value {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let value = ready.removeValue(forKey: wanted) {
                wanted += 1
                condition.broadcast()
                return value
            }
            condition.wait()
        }
    }

    /// No more are needed.
    func stop() {
        condition.lock()
        isStopped = true
        condition.broadcast()
        condition.unlock()
    }
}
