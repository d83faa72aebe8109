import Foundation
import Synchronization

/// The signal that arrived last; 0 for none. A handler may do no more than store a number.
private let received = Atomic<Int32>(0)

/// Asks a run to stop, from Ctrl-C or by hand.
public enum Interruption {
    /// From now on SIGINT and SIGTERM ask the run to save and stop; a second one ends the program at once.
    public static func catchSignals() {
        received.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if received.exchange(number, ordering: .relaxed) != 0 {
                    signal(number, SIG_DFL)
                    raise(number)
                }
            }
        }
    }

    /// Gives the signals back their usual meaning.
    public static func releaseSignals() {
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        received.store(0, ordering: .relaxed)
    }

    /// The signal that arrived; nil for none.
    public static var pending: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }
}
