import Finding
import Foundation
import Hashing
import Logging
import Synchronization
import VideoLibrary

/// The thread that takes videos up, one after the other.
final class JobWorker: Sendable {
    private let center: JobCenter
    private let library: VideoLibrary
    private let logger: Logger
    private let isAtEnd = Atomic(false)

    init(_ center: JobCenter, library: VideoLibrary, logger: Logger) {
        self.center = center
        self.library = library
        self.logger = logger
    }

    /// Whether the thread has come to its end after ``JobCenter/stop()``.
    var hasStopped: Bool { isAtEnd.load(ordering: .acquiring) }

    /// Starts to work.
    func start(_ encoder: sending any ServedVideoEncoder) {
        let work = Work(encoder)
        let thread = Thread { [self] in
            for job in center.jobs(in: nil).map(\.job) { removeWhatIsNotKept(job, work.encoder.space) }
            while let job = center.take() { run(job, work.encoder) }
            isAtEnd.store(true, ordering: .releasing)
        }
        thread.name = "moments.jobs"
        // A thread that decodes and encodes for a long while.
        thread.stackSize = 8 << 20
        thread.start()
    }

    private final class Work: @unchecked Sendable {
        let encoder: any ServedVideoEncoder
        init(_ encoder: any ServedVideoEncoder) { self.encoder = encoder }
    }

    private func run(_ job: Job, _ encoder: any ServedVideoEncoder) {
        logger.info("job begins", metadata: ["job": "\(job.id)", "name": "\(job.name)"])
        let watched = WatchedEncoder(base: encoder) { [center] in center.show($0, of: job.id) }
        guard let ended = center.end(job.id, outcome(of: job, watched)) else { return }
        logger.info("job ends", metadata: ["job": "\(job.id)", "state": "\(ended.state.rawValue)"])
        removeWhatIsNotKept(ended, encoder.space)
    }

    /// Takes the video up; what the job is to say then.
    private func outcome(of job: Job, _ encoder: WatchedEncoder) -> (inout Job) -> Void {
        do {
            if let known = try known(job, encoder.space) { return { $0.end(with: known) } }
            let scan = try VideoScan([job.path])
            let path = scan.files.first?.path ?? job.path
            let observer = JobObserver(job.id, center)
            let report = try patiently { try library.index(scan, with: encoder, observer: observer) }
            if report.wasStopped { return { $0.state = .cancelled } }
            if let reason = report.failed[path] {
                return { job in
                    job.state = .failed
                    // Where it lies is nobody's matter.
                    job.trouble = .init(code: "unreadable", message: reason.replacing("\(path): ", with: ""))
                }
            }
            let hash = try library.hash(ofFileAt: path)
            return { job in
                job.state = .done
                job.video = hash
                if let total = job.total { job.seconds = total }
            }
        } catch is CancellationError {
            return { $0.state = .cancelled }
        } catch {
            logger.error("job failed", metadata: ["job": "\(job.id)", "error": "\(error)"])
            return { job in
                job.state = .failed
                job.trouble = .init(
                    code: "internal", message: "The video could not be taken up; the server's log says why.")
            }
        }
    }

    /// The video of an upload whose bytes came another time as well, and are taken up since.
    private func known(_ job: Job, _ space: String) throws -> LibraryVideo? {
        guard job.folder != nil, try !library.knows(job.path),
            let hash = job.content ?? (try? ContentHash.sha256(of: URL(fileURLWithPath: job.path)))
        else { return nil }
        return try library.video(hash, readyIn: space)
    }

    /// The file of an upload that came to nothing, or whose bytes are there another time, is removed, and the library told so;
    /// the next server does that where this one is killed before.
    private func removeWhatIsNotKept(_ job: Job, _ space: String) {
        guard job.state.isFinal, let folder = job.folder, FileManager.default.fileExists(atPath: folder),
            (try? library.knows(job.path)) == false
        else { return }
        let isThereAnotherTime = job.video.flatMap { try? library.video($0, readyIn: space) } != nil
        guard job.state != .done || isThereAnotherTime else { return }
        _ = try? library.forget(filesAt: [folder])
        job.removeUpload()
    }

    /// Somebody else may be indexing into the library: it is tried again until it works, or the server stops.
    private func patiently<Value>(_ work: () throws -> Value) throws -> Value {
        while true {
            do {
                return try work()
            } catch LibraryError.busy {
                if center.isStopping { throw CancellationError() }
                Thread.sleep(forTimeInterval: 0.5)
            }
        }
    }
}

/// Passes on how far a job is, some times a second.
private final class JobObserver: IndexObserver {
    private let id: UUID
    private let center: JobCenter
    private var last: ContinuousClock.Instant?

    init(_ id: UUID, _ center: JobCenter) {
        self.id = id
        self.center = center
    }

    func began(_ path: String, index: Int, of count: Int) {}

    func encoded(_ seconds: Double, of total: Double?) -> Bool {
        let now = ContinuousClock.now
        if last.map({ $0.duration(to: now) >= .milliseconds(250) }) ?? true {
            last = now
            center.change(id) { job in
                job.seconds = max(0, seconds)
                job.total = total
            }
        }
        return center.isWanted(id)
    }

    func finished(_ path: String, _ outcome: IndexOutcome) {}
}
