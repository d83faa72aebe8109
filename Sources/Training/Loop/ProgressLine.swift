import Foundation

/// Shows on standard error how a run goes: a line that is drawn anew on a terminal, plain lines elsewhere.
public final class ProgressLine: TrainingObserver {
    private let isTerminal: Bool
    private let write: (String) -> Void
    private var run: RunDescription?
    private var rate = StepRate()
    private var lastDrawn: ContinuousClock.Instant?
    private var isDirty = false
    private var checkBegun: ContinuousClock.Instant?

    /// Makes a progress line on standard error.
    public convenience init() {
        self.init(isTerminal: isatty(STDERR_FILENO) == 1) { FileHandle.standardError.write(Data($0.utf8)) }
    }

    init(isTerminal: Bool, write: @escaping (String) -> Void) {
        self.isTerminal = isTerminal
        self.write = write
    }

    /// One line about the run.
    public func began(_ run: RunDescription) {
        self.run = run
        rate = StepRate()
        var text = "\(run.name): \(run.model) with \(Self.grouped(run.parameterCount)) parameters, "
        text += "\(Self.grouped(run.queryCount)) queries in \(run.batchesPerEpoch) batches, \(run.epochs) epochs"
        if run.isSimulated { text += "; simulated features" }
        if run.stepsDone > 0 { text += "; going on after step \(run.stepsDone)" }
        line(text)
    }

    /// Draws how far the look at the features is, and the time that is left.
    public func checked(_ done: Int, of queries: Int) {
        let begun = checkBegun ?? .now
        checkBegun = done == queries ? nil : begun
        if done == queries { return finish() }
        guard due(every: isTerminal ? 0.1 : 30) else { return }
        let left = begun.duration(to: .now).seconds / Double(max(1, done)) * Double(queries - done)
        let bar = isTerminal ? Self.bar(done, of: queries) + " " : ""
        draw(
            "checking features \(bar)\(Self.grouped(done))/\(Self.grouped(queries)) queries  \(Self.clock(left)) left")
    }

    /// Draws the bar anew; elsewhere a line every half minute.
    public func finished(_ step: StepRecord, batch: Int, of batches: Int, queries: Int) {
        rate.add(queries: queries)
        guard let run, due(every: isTerminal ? 0.1 : 30) else { return }
        let left = rate.secondsLeft(steps: (run.epochs - step.epoch) * batches + batches - batch)
        let parts = step.parts.map { "\($0.name) \(Self.short($0.value))" }.joined(separator: " ")
        let bar = isTerminal ? Self.bar(batch, of: batches) + " " : ""
        draw(
            "epoch \(step.epoch)/\(run.epochs) \(bar)\(batch)/\(batches)  \(Int(rate.queriesPerSecond.rounded())) samples/s  "
                + "\(Self.clock(left)) left  loss \(Self.short(step.loss)) (\(parts))")
    }

    /// Draws how far the evaluation is.
    public func evaluated(_ done: Int, of queries: Int) {
        guard isTerminal, due(every: 0.1) else { return }
        draw("evaluating \(Self.bar(done, of: queries)) \(done)/\(queries)")
    }

    /// One line with the means of the epoch and its figure.
    public func finished(_ epoch: EpochRecord, isBest: Bool) {
        let losses = epoch.losses.map { "\($0.name) \(Self.short($0.value))" }
        var text = "epoch \(epoch.epoch)"
        if let run { text += "/\(run.epochs)" }
        if let total = losses.first { text += "  \(total)" }
        if losses.count > 1 { text += " (\(losses.dropFirst().joined(separator: " ")))" }
        if epoch.queriesPerSecond > 0 { text += "  \(Int(epoch.queriesPerSecond.rounded())) samples/s" }
        text += "  \(Self.clock(epoch.seconds.training + epoch.seconds.evaluation))"
        if let run, let metric = run.metric, let value = epoch.scores?[metric] {
            text += "  \(metric) \(String(format: "%.2f", value))\(isBest ? "  best" : "")"
        }
        line(text)
        // The evaluation's time is none of the steps'.
        rate.pause()
    }

    /// The text on a line of its own.
    public func note(_ text: String) { line(text) }

    /// Ends the line that is being drawn, so that what comes next begins on one of its own.
    public func finish() {
        if isDirty { write("\r\u{1B}[K") }
        isDirty = false
    }

    private func due(every seconds: Double) -> Bool {
        let now = ContinuousClock.now
        if let lastDrawn, lastDrawn.duration(to: now).seconds < seconds { return false }
        // Plain lines begin after the first interval: an epoch that is shorter has its own line.
        let isFirst = lastDrawn == nil
        lastDrawn = now
        return isTerminal || !isFirst
    }

    private func draw(_ text: String) {
        guard isTerminal else { return line(text) }
        write("\r" + String(text.prefix(Self.terminalWidth - 1)) + "\u{1B}[K")
        isDirty = true
    }

    private func line(_ text: String) {
        finish()
        write(text + "\n")
    }

    private static var terminalWidth: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 120 }
        return Int(size.ws_col)
    }

    private static func bar(_ done: Int, of all: Int, width: Int = 20) -> String {
        let filled = all > 0 ? min(width, done * width / all) : width
        return String(repeating: "━", count: filled) + String(repeating: "╌", count: width - filled)
    }

    private static func short(_ value: Double) -> String { String(format: "%.3f", value) }

    private static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "–" }
        let whole = Int(seconds.rounded())
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
            : String(format: "%d:%02d", minutes, whole % 60)
    }

    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number).reversed())
        return String(
            stride(from: 0, to: digits.count, by: 3).map { String(digits[$0..<min($0 + 3, digits.count)]) }
                .joined(separator: ",").reversed())
    }
}

/// How fast steps go, over the last of them.
private struct StepRate {
    private var recent: [(queries: Int, seconds: Double)] = []
    private var last = ContinuousClock.now

    mutating func add(queries: Int) {
        let now = ContinuousClock.now
        recent.append((queries, last.duration(to: now).seconds))
        if recent.count > 50 { recent.removeFirst() }
        last = now
    }

    mutating func pause() { last = .now }

    private var seconds: Double { recent.reduce(1e-9) { $0 + $1.seconds } }
    var queriesPerSecond: Double { Double(recent.reduce(0) { $0 + $1.queries }) / seconds }
    func secondsLeft(steps: Int) -> Double {
        recent.isEmpty ? .infinity : seconds / Double(recent.count) * Double(steps)
    }
}
