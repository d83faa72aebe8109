import Foundation
import Media

/// Pictures of videos at wanted times, the latest kept.
actor Thumbnails {
    private static let limit = 64 << 20

    struct Key: Hashable, Sendable {
        let video: String
        /// Thousandths of a second.
        let time: Int
        let height: Int
    }

    private let room: PictureRoom
    private var known: [Key: (jpeg: Data, used: Int)] = [:]
    private var running: [Key: Task<Data, any Error>] = [:]
    private var size = 0
    private var clock = 0

    init(_ room: PictureRoom) { self.room = room }

    /// The picture that is shown at a time. Two who ask for one at once wait for one decoding.
    ///
    /// - Throws: `MediaError`; ``Failure`` where too many wait.
    func jpeg(_ key: Key, of file: URL) async throws -> Data {
        clock += 1
        if let found = known[key]?.jpeg {
            known[key]?.used = clock
            return found
        }
        if let task = running[key] { return try await task.value }
        let task = Task { [room] in
            try await room.work { try Self.decode(file, at: Double(key.time) / 1000, height: key.height) }
        }
        running[key] = task
        defer { running[key] = nil }
        let jpeg = try await task.value
        keep(jpeg, key)
        return jpeg
    }

    private func keep(_ jpeg: Data, _ key: Key) {
        known[key] = (jpeg, clock)
        size += jpeg.count
        guard size > Self.limit else { return }
        for (key, entry) in known.sorted(by: { $0.value.used < $1.value.used }) where size > Self.limit / 2 {
            known[key] = nil
            size -= entry.jpeg.count
        }
    }

    private static func decode(_ file: URL, at time: Double, height: Int) throws -> Data {
        let reader = try VideoReader(file, threads: 1)
        let info = reader.info
        guard info.width > 0, info.height > 0 else { throw MediaError(file: file.path, problem: .notAVideo) }
        // The shorter side is what geometry knows.
        let ratio = Double(min(info.width, info.height)) / Double(info.height)
        let side = max(1, Int((Double(min(height, info.height)) * ratio).rounded()))
        let request = FrameRequest(.times([time]), geometry: FrameGeometry(shorterSide: side))
        var jpeg: Data?
        try reader.read([request]) { _, _, _, frame in jpeg = try frame.jpeg(quality: 80) }
        guard let jpeg else { throw MediaError(file: file.path, problem: .damaged("it has no picture there")) }
        return jpeg
    }
}
