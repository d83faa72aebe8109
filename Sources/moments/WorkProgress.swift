import Foundation

/// A line on standard error that says how far a long piece of work is, and how long it will take.
///
/// On a terminal it is drawn anew; elsewhere there is a line every half minute, and none for short work.
final class WorkProgress {
    private let doing: String
    private let unit: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let begun = ContinuousClock.now
    private var first: (done: Int, time: ContinuousClock.Instant)?
    private var shown: ContinuousClock.Instant?
    private var isDirty = false

    /// - Parameters:
    ///   - doing: `packing`.
    ///   - unit: `queries`.
    init(_ doing: String, unit: String) {
        self.doing = doing
        self.unit = unit
    }

    func show(_ done: Int, _ all: Int) {
        let now = ContinuousClock.now
        defer { if first == nil { first = (done, now) } }
        guard (shown ?? begun).duration(to: now) >= .milliseconds(isTerminal ? 100 : 30_000) else { return }
        shown = now
        let text = "\(doing): \(done) of \(all) \(unit)\(left(done, all, now))"
        FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(text)" : text + "\n").utf8))
        isDirty = isTerminal
    }

    /// The same for work that nobody stops: always true.
    func goesOn(_ done: Int, _ all: Int) -> Bool {
        show(done, all)
        return true
    }

    /// Takes the line away, so that what comes next begins on one of its own.
    func clear() {
        if isDirty { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        isDirty = false
    }

    /// What was there from the beginning, as after an interruption, says nothing about the speed.
    private func left(_ done: Int, _ all: Int, _ now: ContinuousClock.Instant) -> String {
        guard let first, done > first.done else { return "" }
        let seconds = first.time.duration(to: now) / Double(done - first.done) * Double(all - done)
        let whole = Int(seconds.components.seconds)
        return ", \(whole / 60):\(String(format: "%02d", whole % 60)) left"
    }
}
