import Foundation
import Training

/// Ctrl-C, or another signal that asks to stop, came while a command worked.
struct Interrupted: Error, CustomStringConvertible {
    /// The signal.
    let signal: Int32
    /// What is done, and how to go on.
    let state: String
    /// What is said to the user.
    var description: String { "Stopped: \(state)." }

    init(_ state: String) {
        signal = Interruption.pending ?? SIGINT
        self.state = state
    }
}
