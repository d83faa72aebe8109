import Foundation

/// Encoded videos on disk, so that a second question to a video needs no decoding.
///
///     let cache = EncodedVideoCache()
///     let key = EncodedVideo.key(video: hash, encoders: ["clip " + weights], clipLength: "2/1")
///     let video = try cache.video(for: key) { try encode() }
///
/// They lie in an ``EncodedVideoFolder``. What was used least recently goes first when there is too much.
public struct EncodedVideoCache: Sendable {
    private let entries: EncodedVideoFolder
    /// Bytes that all entries may take together. The latest entry stays even where it alone takes more.
    public let limit: Int

    /// What holds 1,000 videos of an hour's length with CLIP features alone.
    public static let standardLimit = 4 << 30

    /// A cache in a folder, which is made when something is stored.
    public init(folder: URL = EncodedVideoCache.standardFolder(), limit: Int = EncodedVideoCache.standardLimit) {
        entries = EncodedVideoFolder(folder)
        self.limit = limit
    }

    /// `$MOMENTS_CACHE/videos`, else `$XDG_CACHE_HOME/moments/videos`, else `~/.cache/moments/videos`.
    public static func standardFolder(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> URL {
        if let own = environment["MOMENTS_CACHE"], !own.isEmpty {
            return URL(fileURLWithPath: own).appendingPathComponent("videos")
        }
        // The XDG specification: a relative path is to be ignored.
        let shared = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
        let base = shared ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
        return base.appendingPathComponent("moments/videos")
    }

    /// The entry of a key, which then counts as the latest used; nil where there is no good one.
    ///
    /// Its tensors lie in the mapped file.
    public func video(for key: String) -> EncodedVideo? {
        guard let video = entries.video(for: key) else { return nil }
        // Where this fails the entry is merely forgotten sooner.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: url(for: key).path)
        return video
    }

    /// The entry of a key; where there is none, what `encode` makes, which is then stored.
    ///
    /// - Throws: what `encode` throws, and what ``store(_:for:)`` throws.
    public func video(for key: String, orEncode encode: () throws -> EncodedVideo) throws -> EncodedVideo {
        if let known = video(for: key) { return known }
        let video = try encode()
        try store(video, for: key)
        return video
    }

    /// Stores a video, in place of an earlier one of this key, and makes room.
    ///
    /// - Throws: `TensorFileError` where the folder cannot be made or the file cannot be written.
    public func store(_ video: EncodedVideo, for key: String) throws {
        try entries.store(video, for: key)
        entries.removeUnfinished()
        makeRoom(keeping: url(for: key).lastPathComponent)
    }

    /// Where an entry lies.
    func url(for key: String) -> URL { entries.url(for: key) }

    /// Removes what was used least recently, until the rest fits.
    private func makeRoom(keeping latest: String) {
        let files = entries.entries()
        var total = files.reduce(0) { $0 + $1.size }
        for file in files.sorted(by: { $0.used < $1.used }) where total > limit {
            guard file.url.lastPathComponent != latest else { continue }
            if (try? FileManager.default.removeItem(at: file.url)) != nil { total -= file.size }
        }
    }
}
