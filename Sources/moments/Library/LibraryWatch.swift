import Foundation
import Training
import VideoLibrary

/// `moments index --watch`: takes up what comes into folders, until a signal asks to stop.
final class LibraryWatch {
    private let library: VideoLibrary
    private let encoder: any LibraryEncoder
    private let folders: FolderWatch
    private let json: Bool
    private let look: () throws -> VideoScan
    /// What was found last, so that a look at folders in which nothing happened does nothing.
    private var last: VideoScan?
    /// What was said of files that cannot be read.
    private var told: [String: String] = [:]

    /// How often folders are looked through where the system does not tell of changes.
    private static let lookInterval = 10.0
    /// How often a file that is being written, or a library that another process indexes into, is tried again.
    private static let retryInterval = 1.0

    init(
        library: VideoLibrary, encoder: any LibraryEncoder, folders: FolderWatch, json: Bool,
        look: @escaping () throws -> VideoScan
    ) {
        (self.library, self.encoder, self.folders) = (library, encoder, folders)
        (self.json, self.look) = (json, look)
    }

    func run() throws {
        tell(
            folders.blindSpot.map { "Looking every \(Int(Self.lookInterval)) s (\($0)). Ctrl-C ends it." }
                ?? "Watching by inotify. Ctrl-C ends it.")
        while Interruption.pending == nil {
            let isDone = try round()
            wait(isDone ? nil : Self.retryInterval)
        }
        tell("Stopped; what was taken up is kept.")
    }

    /// Takes up what is whole.
    ///
    /// - Returns: Whether nothing is left that has to be tried again soon.
    private func round() throws -> Bool {
        let scan: VideoScan
        folders.refresh()
        do {
            scan = try look().withoutUnfinished()
        } catch LibraryError.noSuchPath(let path) {
            // A disk that was taken out, say: its videos are not gone.
            complain(path, "there is no such file or folder now")
            return false
        }
        let isFinished = scan.unfinished.isEmpty
        guard scan != last else { return isFinished }
        let progress = IndexProgress()
        do {
            let report = try library.index(scan, with: encoder, observer: progress)
            progress.clear()
            last = report.wasStopped ? nil : scan
            if !report.wasStopped { try VectorIndexing.refresh(library, space: encoder.space) }
            try show(report)
            return isFinished
        } catch LibraryError.busy {
            progress.clear()
            return false
        }
    }

    private func wait(_ seconds: Double?) {
        let end = ContinuousClock.now + .seconds(seconds ?? (folders.blindSpot == nil ? 3600 : Self.lookInterval))
        // Short waits, so that a signal is seen soon wherever it comes.
        while ContinuousClock.now < end, Interruption.pending == nil {
            if folders.wait(seconds: 0.25) { return }
        }
    }

    private func show(_ report: IndexReport) throws {
        for (path, reason) in report.failed.sorted(by: { $0.key < $1.key }) { complain(path, reason) }
        told = told.filter { report.failed[$0.key] != nil }
        guard report.encoded + report.known + report.gone.count > 0 else { return }
        let time = Date.now.formatted(date: .omitted, time: .standard)
        print(json ? try report.json(library.contents()) : "\(time)  \(report.summary)")
        // Seen at once also where standard output is a file or a pipe.
        fflush(nil)
    }

    /// Says once what is wrong with a path.
    private func complain(_ path: String, _ reason: String) {
        guard told.updateValue(reason, forKey: path) != reason else { return }
        tell("\(path): \(reason)")
    }
}
