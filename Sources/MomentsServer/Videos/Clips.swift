import Foundation
import Media

/// Spans of videos as files of their own, kept for a while, so that a player may ask for their parts.
actor Clips {
    struct Key: Hashable, Sendable {
        let video: String
        /// Thousandths of a second.
        let start, end: Int
        let mode: ClipMode

        var name: String { "\(video.prefix(16))-\(start)-\(end)-\(mode.rawValue)" }
    }

    struct Clip: Sendable {
        let file: URL
        /// The span that the file holds.
        let span: Range<Double>
        let size: Int
    }

    private let folder: URL
    private let limit: Int
    private let time: Duration
    private let room: PictureRoom
    private var known: [Key: (clip: Clip, used: Int)] = [:]
    private var running: [Key: Task<Clip, any Error>] = [:]
    private var clock = 0

    /// Keeps clips in a folder of this server, which goes with it.
    init(_ room: PictureRoom, in temporary: URL, limit: Int, time: Duration) {
        self.room = room
        self.time = time
        self.limit = limit
        folder = temporary.appendingPathComponent("moments-clips-\(getpid())-\(UUID().uuidString.prefix(8))")
    }

    /// Removes all of them.
    func clear() {
        try? FileManager.default.removeItem(at: folder)
        known = [:]
    }

    /// The clip of a span, opened. Two who ask for one at once wait for one cut.
    ///
    /// - Throws: `MediaError`; ``Failure`` where too many wait.
    func open(_ key: Key, of video: URL) async throws -> (OpenFile, Clip) {
        clock += 1
        if let clip = known[key]?.clip, let file = OpenFile(clip.file.path) {
            known[key]?.used = clock
            return (file, clip)
        }
        let clip = try await cut(key, of: video)
        guard let file = OpenFile(clip.file.path) else {
            throw Failure.busy("clip_lost", "The clip is gone again; try again.", after: 1)
        }
        return (file, clip)
    }

    private func cut(_ key: Key, of video: URL) async throws -> Clip {
        if let task = running[key] { return try await task.value }
        let target = folder.appendingPathComponent(key.name + ".mp4")
        let task = Task { [room, folder, time] in
            try await room.work {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                let deadline = ContinuousClock.now + time
                let span: Range<Double>
                do {
                    span = try VideoCutter(video).cut(
                        Double(key.start) / 1000..<Double(key.end) / 1000, to: target, mode: key.mode.cutting
                    ) { _ in ContinuousClock.now < deadline }
                } catch is CancellationError {
                    throw Failure.tooSlow
                }
                let size = try target.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
                return Clip(file: target, span: span, size: size)
            }
        }
        running[key] = task
        defer { running[key] = nil }
        let clip = try await task.value
        known[key] = (clip, clock)
        makeRoom(keeping: key)
        return clip
    }

    private func makeRoom(keeping latest: Key) {
        var total = known.values.reduce(0) { $0 + $1.clip.size }
        for (key, entry) in known.sorted(by: { $0.value.used < $1.value.used }) where total > limit && key != latest {
            try? FileManager.default.removeItem(at: entry.clip.file)
            known[key] = nil
            total -= entry.clip.size
        }
    }
}

/// How a clip is cut, as clients say it.
enum ClipMode: String, CaseIterable, Sendable {
    case copy, exact

    var cutting: VideoCutter.Mode { self == .copy ? .keyFrames : .exact }
}
