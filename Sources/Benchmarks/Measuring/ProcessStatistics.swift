import Foundation
import Synchronization

/// What the system knows of this process and of how busy the machine is.
enum ProcessStatistics {
    /// Processor time of all threads so far, in seconds.
    static var processorSeconds: Double {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return .nan }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// The greatest resident memory since the start, or since it was forgotten, in bytes (`VmHWM`).
    static var peakMemory: Int? { status("VmHWM:") }

    /// The resident memory now, in bytes (`VmRSS`).
    static var memory: Int? { status("VmRSS:") }

    /// The resident memory that is in no file, in bytes (`RssAnon`): mapped files are the system's to take back.
    static var ownMemory: Int? { status("RssAnon:") }

    /// Does something, and says how much memory of its own the process had at most, as far as looking fifty times a second tells.
    static func watchingOwnMemory<Result>(_ work: () throws -> Result) rethrows -> (result: Result, most: Int?) {
        let watch = OwnMemoryWatch()
        defer { watch.end() }
        return (try work(), watch.most)
    }

    /// Lets the peak begin anew, where the system allows it.
    static func forgetPeakMemory() {
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        try? file.write(contentsOf: Data("5".utf8))
        try? file.close()
    }

    /// Processes that were ready to run, on average of the last 1, 5 and 15 minutes.
    static var loadAverage: [Double] {
        text("/proc/loadavg").split(separator: " ").prefix(3).compactMap { Double($0) }
    }

    private static func status(_ field: String) -> Int? {
        text("/proc/self/status").split(separator: "\n").first { $0.hasPrefix(field) }
            .flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }
            .flatMap { Int($0) }.map { $0 * 1024 }
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }

    private static func text(_ path: String) -> String {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.readToEnd() else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Looks at the process's own memory until it is told to end: the system keeps no peak of it.
private final class OwnMemoryWatch: Sendable {
    private let seen = Mutex<(most: Int?, isOver: Bool)>((ProcessStatistics.ownMemory, false))

    init() {
        Thread.detachNewThread { [self] in
            while look() { Thread.sleep(forTimeInterval: 0.02) }
        }
    }

    /// In bytes, nil where the system does not say.
    var most: Int? {
        _ = look()
        return seen.withLock { $0.most }
    }

    func end() { seen.withLock { $0.isOver = true } }

    private func look() -> Bool {
        let now = ProcessStatistics.ownMemory
        return seen.withLock { seen in
            if let now { seen.most = max(now, seen.most ?? 0) }
            return !seen.isOver
        }
    }
}
