import Foundation
import Training
import VideoLibrary

/// Says on a terminal how far indexing is, and how long the rest may take.
final class IndexProgress: IndexObserver {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let started = ContinuousClock.now
    private var name = ""
    private var place = (index: 0, count: 0)
    private var lastDrawn: ContinuousClock.Instant?

    func began(_ path: String, index: Int, of count: Int) {
        name = URL(fileURLWithPath: path).lastPathComponent
        place = (index, count)
    }

    func encoded(_ seconds: Double, of total: Double?) -> Bool {
        let now = ContinuousClock.now
        if isTerminal, lastDrawn.map({ $0.duration(to: now) >= .milliseconds(200) }) ?? true {
            lastDrawn = now
            let share = total.map { $0 > 0 ? min(1, seconds / $0) : 0 } ?? 0
            let done = (Double(place.index) + share) / Double(max(1, place.count))
            let passed = started.duration(to: now) / .seconds(1)
            let left = done > 0.01 ? ", \(FoundMoments.clock(passed * (1 - done) / done)) left" : ""
            let part = total.map { " of \(FoundMoments.clock($0))" } ?? ""
            FileHandle.standardError.write(
                Data(
                    "\r\u{1B}[K\(place.index + 1) of \(place.count)  \(name)  \(FoundMoments.clock(seconds))\(part)\(left)"
                        .utf8))
        }
        return Interruption.pending == nil
    }

    func finished(_ path: String, _ outcome: IndexOutcome) {
        guard !isTerminal, case .encoded(let clips) = outcome else { return }
        tell("\(path): \(clips) clips")
    }

    func clear() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}

extension IndexReport {
    /// A line for people.
    var summary: String {
        "\(encoded) encoded, \(unchanged) unchanged, \(known) known by content, "
            + "\(gone.count) gone, \(failed.count) unreadable"
    }

    /// A line for programs, with what the library holds then.
    func json(_ contents: VideoLibrary.Contents) throws -> String {
        struct Object: Encodable {
            let encoded, unchanged, known: Int
            let failed: [String: String]
            let gone: [String]
            let stopped: Bool
            let videos, clips: Int
            let seconds: Double
        }
        return try jsonLine(
            Object(
                encoded: encoded, unchanged: unchanged, known: known, failed: failed, gone: gone, stopped: wasStopped,
                videos: contents.videos, clips: contents.clips, seconds: contents.seconds))
    }
}
