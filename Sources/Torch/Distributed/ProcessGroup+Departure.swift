import CTorch
import Foundation

extension ProcessGroup {
    /// A process of the group, as messages name it.
    struct Member: Codable, Sendable {
        let host: String
        let process: Int32

        static var current: Member {
            Member(host: ProcessInfo.processInfo.hostName, process: getpid())
        }

        var place: String { "process \(process) on \(host)" }

        /// Whether it surely has ended: it was on this machine and is no more, or waits to be buried.
        var hasEnded: Bool {
            guard host == Member.current.host else { return false }
            guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
                return true
            }
            return status.split(separator: ")").last?.hasPrefix(" Z") ?? true
        }
    }

    /// Tells the others why this process goes, and closes its connections, so that they notice.
    ///
    /// Whoever serves the meeting place waits a moment for the others to read it.
    public func leave(because reason: String) {
        store.set(names.departure(rank), "ended: " + (reason.split(separator: "\n").first.map(String.init) ?? reason))
        run("leave", []) { ct_leave_group(raw) }
        if store.isServer { _ = awaitDepartures() }
    }

    /// Meets those that are left once more, to learn who is not.
    func findLost(_ detail: String) -> LostProcesses {
        let others = (0..<size).filter { $0 != rank }
        guard store.increment(names.probe) != nil else {
            // Who serves the meeting place is gone, so there is nobody to ask.
            let server = LostProcesses.Entry(rank: 0, place: place(of: 0), reason: "has ended")
            return LostProcesses(
                entries: environment.isServedByLauncher ? [] : [server],
                isSpokesman: others.allSatisfy { $0 == 0 || rank < $0 || hasEnded($0) }, detail: detail)
        }
        store.set(names.departure(rank), Self.alive)
        let words = awaitDepartures()
        let sure = others.filter { (words[$0].map { $0 != Self.alive }) ?? hasEnded($0) }
        let silent = others.filter { words[$0] == nil }
        let entries = (sure.isEmpty ? silent : sure).map { other in
            LostProcesses.Entry(
                rank: other, place: place(of: other),
                reason: words[other] ?? (hasEnded(other) ? "has ended without a word" : "does not answer"))
        }
        let left = others.filter { words[$0] == Self.alive }
        return LostProcesses(
            entries: entries, isSpokesman: left.allSatisfy { rank < $0 }, detail: detail)
    }

    /// What a process says that has noticed that another one is lost.
    private static let alive = "alive"
    /// Seconds that the others have to say something.
    private static let patience = 5.0

    private func place(of other: Int) -> String { members.isEmpty ? "not yet known" : members[other].place }

    private func hasEnded(_ other: Int) -> Bool { !members.isEmpty && members[other].hasEnded }

    /// What the others say, by rank; a little is waited for those of which it is not known that they have ended.
    private func awaitDepartures() -> [Int: String] {
        let end = ContinuousClock.now + .seconds(Self.patience)
        var words: [Int: String] = [:]
        var pending = (0..<size).filter { $0 != rank }
        while !pending.isEmpty, ContinuousClock.now < end {
            for other in pending { words[other] = store.text(names.departure(other), within: 0.02) }
            pending.removeAll { words[$0] != nil || hasEnded($0) }
        }
        return words
    }
}
