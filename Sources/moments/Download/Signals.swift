import Foundation
import Synchronization

/// Hears signals that would end the program, once: a second one ends it.
final class Signals: Sendable {
    private let last = Mutex<Int32?>(nil)
    private nonisolated(unsafe) var sources: [any DispatchSourceSignal] = []

    init(_ numbers: [Int32], _ action: @escaping @Sendable () -> Void) {
        for number in numbers {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "moments.signals"))
            source.setEventHandler { [weak self] in
                self?.last.withLock { $0 = number }
                signal(number, SIG_DFL)
                action()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// The signal that came, if any.
    var received: Int32? { last.withLock { $0 } }

    /// From now on signals end the program again.
    func end() {
        for source in sources { source.cancel() }
    }
}
