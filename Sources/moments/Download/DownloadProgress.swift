import Downloads
import Foundation
import Synchronization

/// How far a download is: one line that changes on a terminal, a few lines elsewhere.
final class DownloadProgress: Sendable {
    private struct State {
        var pace = TransferPace()
        var shown: (time: Double, bytes: Int)?
    }

    private let name: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    init(name: String) { self.name = name }

    @Sendable func show(_ event: DownloadEvent) {
        switch event {
        case .waiting: line("another process downloads it; waiting")
        case .checking: if isTerminal { write("\r\u{1B}[K\(name): checking what is there") }
        case .resuming(let offset): line("going on after \(Self.size(offset))")
        case .restarting(let reason): line("beginning again: \(reason)")
        case .retrying(let error, let number, let count, let delay):
            line("\(error) Try \(number) of \(count) in \(String(format: "%.0f", delay.rounded(.up))) s.")
        case .unpacking(let entries, let bytes):
            if isTerminal, entries % 100 == 0 {
                write("\r\u{1B}[K\(name): unpacked \(entries) entries, \(Self.size(bytes))")
            }
        case .progress(let received, let total): moved(received, total)
        }
    }

    func clear() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func moved(_ received: Int, _ total: Int?) {
        let now = ProcessInfo.processInfo.systemUptime
        let text: String? = state.withLock { state in
            state.pace.note(bytes: received, at: now)
            guard let shown = state.shown else {
                state.shown = (now, received)
                return nil
            }
            let isDue = isTerminal ? now - shown.time >= 0.2 : now - shown.time >= 30
            guard isDue else { return nil }
            state.shown = (now, received)
            return Self.text(received, total, state.pace)
        }
        guard let text else { return }
        if isTerminal { write("\r\u{1B}[K\(name)  \(text)") } else { line(text) }
    }

    /// `12.0 of 354.0 MB  3 %  4.1 MB/s  1:22 left`
    static func text(_ received: Int, _ total: Int?, _ pace: TransferPace) -> String {
        var parts = [size(received)]
        if let total, total > 0 {
            parts = ["\(size(received)) of \(size(total))", "\(100 * received / total) %"]
        }
        if let rate = pace.rate { parts.append("\(size(Int(rate)))/s") }
        if let left = pace.secondsLeft(received: received, total: total) {
            let seconds = Int(left.rounded(.up))
            let minutes = String(format: "%d:%02d", seconds / 60 % 60, seconds % 60)
            parts.append((seconds >= 3600 ? "\(seconds / 3600) h " : "") + minutes + " left")
        }
        return parts.joined(separator: "  ")
    }

    /// Bytes, in the unit that a person reads.
    static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1000: "\(bytes) B"
        case ..<1_000_000: String(format: "%.1f kB", Double(bytes) / 1e3)
        case ..<1_000_000_000: String(format: "%.1f MB", Double(bytes) / 1e6)
        default: String(format: "%.2f GB", Double(bytes) / 1e9)
        }
    }

    private func line(_ text: String) { write("\(isTerminal ? "\r\u{1B}[K" : "")\(name): \(text)\n") }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
