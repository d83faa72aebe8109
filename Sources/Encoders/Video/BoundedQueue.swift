import Foundation

/// Hands values from one thread to another; the giver waits while too many lie there, so that memory stays flat.
final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let capacity: Int
    private var elements: [Element] = []
    private var failure: (any Error)?
    private var isFinished = false
    private var isAbandoned = false

    init(capacity: Int) { self.capacity = capacity }

    /// The taker has left: there is nobody to give to.
    struct Abandoned: Error {}

    /// Adds a value, as soon as there is room. Throws ``Abandoned``.
    func give(_ element: Element) throws {
        condition.lock()
        defer { condition.unlock() }
        while elements.count >= capacity && !isAbandoned { condition.wait() }
        if isAbandoned { throw Abandoned() }
        elements.append(element)
        condition.broadcast()
    }

    /// No more comes: all is given, or something failed.
    func finish(_ failure: (any Error)? = nil) {
        condition.lock()
        defer { condition.unlock() }
        isFinished = true
        self.failure = failure
        condition.broadcast()
    }

    /// The next value; nil after the last. Throws what the giver failed with, after the values that came before.
    func take() throws -> Element? {
        condition.lock()
        defer { condition.unlock() }
        while elements.isEmpty && !isFinished { condition.wait() }
        if !elements.isEmpty {
            let first = elements.removeFirst()
            condition.broadcast()
            return first
        }
        if let failure { throw failure }
        return nil
    }

    /// Nobody takes any more: the giver is told with its next value.
    func abandon() {
        condition.lock()
        defer { condition.unlock() }
        isAbandoned = true
        elements = []
        condition.broadcast()
    }
}
