import Foundation
import Media
import Synchronization
import WholeFiles

/// Writes the videos and annotations of a world to a folder.
///
///     DIR/world.json       seed, edition and format
///     DIR/train.jsonl      annotations, one file a split
///     DIR/videos/….mp4     H.264
///
/// A video that is there is not made again, and one that is not finished has another name: so a call that was interrupted
/// goes on where it stopped. Several threads draw and encode a video each.
public final class WorldWriter: Sendable {
    /// How far the work is.
    public struct Progress: Sendable {
        /// Videos that are there, and those that are wanted.
        public let videos, totalVideos: Int
        /// Frames that were drawn, and those that were to be drawn.
        public let frames, totalFrames: Int
    }

    /// What was written.
    public struct Summary: Sendable, Hashable {
        /// Videos that were made and that were there before.
        public let made, present: Int
        /// Sentences in all annotation files that were written.
        public let sentences: Int
        /// Frames that were drawn.
        public let frames: Int
        /// Bytes of all videos.
        public let bytes: Int
    }

    /// What is kept in `world.json`.
    private struct Note: Codable {
        var format = 1
        var seed: UInt64
        /// The first ones did not say.
        var edition: Int?
    }

    private let world: World
    private let folder: URL
    private let splits: [WorldSplit]
    private let videos: Int
    private let tellings: Int
    private let threads: Int

    /// Writes `videos` videos for each of the splits, with `tellings` times the sentences.
    public init(_ world: World, to folder: URL, splits: [WorldSplit], videos: Int, tellings: Int = 1, threads: Int = 2)
    {
        precondition(videos > 0 && tellings > 0 && threads > 0 && !splits.isEmpty, "nothing to write")
        self.world = world
        self.folder = folder
        self.splits = splits
        self.videos = videos
        self.tellings = tellings
        self.threads = threads
    }

    /// Where a video lies.
    public func video(_ split: WorldSplit, _ index: Int) -> URL {
        folder.appendingPathComponent("videos").appendingPathComponent(world.name(split, index) + ".mp4")
    }

    /// Writes what is missing.
    ///
    /// - Parameter progress: Called now and then, from any of the threads but never twice at once; false stops the work.
    /// - Throws: ``WorldError`` and `MediaError`.
    public func write(progress: @escaping @Sendable (Progress) -> Bool = { _ in true }) throws -> Summary {
        let lock = try prepare()
        defer { lock.release() }
        let sentences = try writeAnnotations()
        let all = splits.flatMap { split in (0..<videos).map { (split, $0) } }
        let missing = all.filter { !FileManager.default.fileExists(atPath: video($0.0, $0.1).path) }
        let jobs = missing.map { (scene: world.scene($0.0, $0.1), file: video($0.0, $0.1)) }
        let work = Work(
            jobs: jobs, done: all.count - jobs.count, frames: jobs.reduce(0) { $0 + $1.scene.frameCount },
            report: progress)
        DispatchQueue.concurrentPerform(iterations: min(threads, max(jobs.count, 1))) { _ in work.run() }
        try work.finish(folder: folder.path)
        let bytes = all.reduce(0) { sum, place in
            let size = try? FileManager.default.attributesOfItem(atPath: video(place.0, place.1).path)[.size] as? Int
            return sum + (size ?? 0)
        }
        return Summary(
            made: jobs.count, present: all.count - jobs.count, sentences: sentences, frames: work.framesDrawn,
            bytes: bytes)
    }

    /// Draws and encodes one video; `isWanted` is asked after each frame.
    static func write(_ scene: Scene, to file: URL, isWanted: () -> Bool = { true }) throws {
        let settings = VideoSettings(frameRate: Double(scene.frameRate), threads: 1)
        let writer = try VideoWriter(file, width: scene.width, height: scene.height, settings: settings)
        let renderer = SceneRenderer(scene)
        for index in 0..<scene.frameCount {
            let time = Double(index) / Double(scene.frameRate)
            try writer.add(renderer.frame(at: time), at: time)
            guard isWanted() else { throw CancellationError() }
        }
        try writer.finish()
    }

    // MARK: folder

    private func prepare() throws -> FolderLock {
        let videos = folder.appendingPathComponent("videos")
        do {
            try FileManager.default.createDirectory(at: videos, withIntermediateDirectories: true)
        } catch {
            throw WorldError.unwritable(folder: folder.path, reason: error.localizedDescription)
        }
        let lock = try FolderLock(folder)
        do {
            try takeFolder(videos)
        } catch {
            lock.release()
            throw error
        }
        return lock
    }

    /// Looks at whose folder it is, and makes it this world's.
    private func takeFolder(_ videos: URL) throws {
        let note = folder.appendingPathComponent("world.json")
        if let data = try? Data(contentsOf: note), let known = try? JSONDecoder().decode(Note.self, from: data) {
            guard known.seed == world.seed else {
                throw WorldError.otherSeed(folder: folder.path, found: known.seed, wanted: world.seed)
            }
            guard known.edition == World.edition else { throw WorldError.otherEdition(folder: folder.path) }
        }
        // What a process that was killed has left behind.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: videos.path)) ?? []
        where name.hasPrefix(".") && name.contains(".partial.") {
            try? FileManager.default.removeItem(at: videos.appendingPathComponent(name))
        }
        try keep(JSONEncoder().encode(Note(seed: world.seed, edition: World.edition)), in: note)
    }

    private func writeAnnotations() throws -> Int {
        var count = 0
        for split in splits {
            let lines = (0..<videos).flatMap { world.annotations(split, $0, tellings: tellings).map(\.json) }
            count += lines.count
            try keep(
                Data((lines.joined(separator: "\n") + "\n").utf8),
                in: folder.appendingPathComponent(split.rawValue + ".jsonl"))
        }
        return count
    }

    private func keep(_ data: Data, in file: URL) throws {
        do {
            try data.writeWhole(to: file)
        } catch {
            throw WorldError.unwritable(folder: file.path, reason: error.localizedDescription)
        }
    }
}

/// Keeps a folder for one process; the system gives it free if that dies.
private final class FolderLock {
    private let descriptor: Int32

    init(_ folder: URL) throws {
        descriptor = open(folder.appendingPathComponent(".lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw WorldError.unwritable(folder: folder.path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw WorldError.busy(folder: folder.path)
        }
    }

    func release() { close(descriptor) }
}

/// The videos that are to be made, shared by the threads that make them.
private final class Work: Sendable {
    private struct State {
        var next = 0
        var done: Int
        var frames = 0
        var failure: (any Error)?
        var isStopped = false
        var lastReport = ContinuousClock.now
    }

    private let jobs: [(scene: Scene, file: URL)]
    private let totalFrames, totalVideos: Int
    private let report: @Sendable (WorldWriter.Progress) -> Bool
    private let state: Mutex<State>

    init(
        jobs: [(scene: Scene, file: URL)], done: Int, frames: Int,
        report: @escaping @Sendable (WorldWriter.Progress) -> Bool
    ) {
        self.jobs = jobs
        self.report = report
        totalFrames = frames
        totalVideos = done + jobs.count
        state = Mutex(State(done: done))
    }

    var framesDrawn: Int { state.withLock(\.frames) }

    /// Makes one video after the other until none is left.
    func run() {
        while let job = next() {
            do {
                try WorldWriter.write(job.scene, to: job.file, isWanted: drewFrame)
                state.withLock { state in
                    state.done += 1
                    state.lastReport = .now
                    if !report(progress(state)) { state.isStopped = true }
                }
            } catch is CancellationError {
                return
            } catch {
                state.withLock { state in
                    if state.failure == nil { state.failure = error }
                    state.isStopped = true
                }
            }
        }
    }

    /// Throws what went wrong.
    func finish(folder: String) throws {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            if state.done < totalVideos {
                throw WorldError.interrupted(folder: folder, done: state.done, total: totalVideos)
            }
        }
    }

    private func next() -> (scene: Scene, file: URL)? {
        state.withLock { state in
            guard !state.isStopped, state.next < jobs.count else { return nil }
            state.next += 1
            return jobs[state.next - 1]
        }
    }

    /// Counts a frame; false where the work is to stop.
    private func drewFrame() -> Bool {
        state.withLock { state in
            state.frames += 1
            if !state.isStopped, state.lastReport.duration(to: .now) > .milliseconds(200) {
                state.lastReport = .now
                if !report(progress(state)) { state.isStopped = true }
            }
            return !state.isStopped
        }
    }

    private func progress(_ state: State) -> WorldWriter.Progress {
        .init(videos: state.done, totalVideos: totalVideos, frames: state.frames, totalFrames: totalFrames)
    }
}
