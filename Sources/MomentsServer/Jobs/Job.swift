import Foundation
import VideoLibrary

/// Work that goes on after its request was answered: the encoding of a video.
struct Job: Codable, Hashable, Sendable {
    /// How far it is.
    enum State: String, Codable, CaseIterable, Sendable {
        case queued, running, done, failed, cancelled

        var isFinal: Bool { self != .queued && self != .running }
    }

    /// Why it came to nothing.
    struct Trouble: Codable, Hashable, Sendable {
        let code, message: String
    }

    var id = UUID()
    /// What it is about, for people.
    var name: String
    /// The file to take up.
    var path: String
    /// The folder of its own that an uploaded file lies in; it goes with the file.
    var folder: String?
    /// The file's hash; nil where nobody has computed it yet.
    var content: String?
    var state = State.queued
    /// The video that came of it.
    var video: String?
    var trouble: Trouble?
    var created = Date()
    var started: Date?
    var finished: Date?
    /// Seconds of video that are encoded.
    var seconds = 0.0
    /// Seconds in all, where the file says so.
    var total: Double?
    /// Seconds that questions may be asked about already.
    var askable = 0.0
    /// How often a server ended without a word while this ran.
    var crashes: Int?

    init(name: String, path: String, folder: String? = nil, content: String? = nil) {
        self.name = name
        self.path = path
        self.folder = folder
        self.content = content
    }

    /// Ends it as one whose video the library has already.
    mutating func end(with known: LibraryVideo) {
        (state, video) = (.done, known.hash)
        (seconds, total) = (known.duration, known.duration)
    }

    /// Removes the folder of an upload, with what is in it.
    func removeUpload() {
        if let folder { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// 0…1, where it is known.
    var fraction: Double? {
        if state == .done { return 1 }
        return total.flatMap { $0 > 0 ? min(1, max(0, seconds / $0)) : nil }
    }

    /// How long the rest may take: as long in proportion as what is done.
    var secondsLeft: Double? {
        guard state == .running, let started, let fraction, fraction > 0.01 else { return nil }
        return Date().timeIntervalSince(started) * (1 - fraction) / fraction
    }
}

/// A job, as clients see it.
struct JobObject: Encodable, Sendable {
    let job: Job
    /// How many come before it, while it waits.
    let position: Int?

    enum CodingKeys: String, CodingKey {
        case id, kind, state, name, video, progress, error, position, created, started, finished
    }
    private enum ProgressKeys: String, CodingKey { case seconds, total, fraction, secondsLeft, askable }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(job.id.uuidString.lowercased(), forKey: .id)
        try fields.encode("index", forKey: .kind)
        try fields.encode(job.state, forKey: .state)
        try fields.encode(job.name, forKey: .name)
        try fields.encode(job.video, forKey: .video)
        try fields.encode(job.trouble, forKey: .error)
        try fields.encode(position, forKey: .position)
        try fields.encode(job.created, forKey: .created)
        try fields.encode(job.started, forKey: .started)
        try fields.encode(job.finished, forKey: .finished)
        var progress = fields.nestedContainer(keyedBy: ProgressKeys.self, forKey: .progress)
        try progress.encode(job.seconds, forKey: .seconds)
        try progress.encode(job.total, forKey: .total)
        try progress.encode(job.fraction, forKey: .fraction)
        try progress.encode(job.secondsLeft, forKey: .secondsLeft)
        try progress.encode(job.askable, forKey: .askable)
    }
}
