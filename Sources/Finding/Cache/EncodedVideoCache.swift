import Foundation
import Hashing
import TensorFiles

/// Encoded videos on disk, so that a second question to a video needs no decoding.
///
///     let cache = EncodedVideoCache()
///     let key = EncodedVideo.key(video: hash, encoders: ["clip " + weights], clipLength: "2/1")
///     let video = try cache.video(for: key) { try encode() }
///
/// One safetensors file a video. It is written beside its place and renamed, so that other processes see all of it or
/// nothing. What was used least recently goes first when there is too much. An entry that cannot be read, or whose bytes
/// are not those that were written, counts as missing and is removed.
public struct EncodedVideoCache: Sendable {
    /// Where the entries lie.
    public let folder: URL
    /// Bytes that all entries may take together. The latest entry stays even where it alone takes more.
    public let limit: Int

    /// What holds 1,000 videos of an hour's length with CLIP features alone.
    public static let standardLimit = 4 << 30

    /// A cache in a folder, which is made when something is stored.
    public init(folder: URL = EncodedVideoCache.standardFolder(), limit: Int = EncodedVideoCache.standardLimit) {
        self.folder = folder
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
        let file = url(for: key)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        guard let video = try? EncodedVideoFile.read(file, key: key) else {
            try? FileManager.default.removeItem(at: file)
            return nil
        }
        // Where this fails the entry is merely forgotten sooner.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: file.path)
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
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw TensorFileError(file: folder.path, problem: .unwritable(error.localizedDescription))
        }
        let file = url(for: key)
        try EncodedVideoFile.write(video, key: key, to: file)
        makeRoom(keeping: file.lastPathComponent)
    }

    /// Removes the entry of a key, if there is one.
    public func remove(_ key: String) { try? FileManager.default.removeItem(at: url(for: key)) }

    /// Where an entry lies. The name is a hash, so that any key makes a file name; the file itself holds the key.
    func url(for key: String) -> URL {
        folder.appendingPathComponent(ContentHash.sha256(of: key) + Self.suffix)
    }

    private static let suffix = ".video.safetensors"

    /// Removes what was used least recently, until the rest fits, and what interrupted writers have left.
    private func makeRoom(keeping latest: String) {
        let keys: [URLResourceKey] = [.contentModificationDateKey, .fileSizeKey]
        guard let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: keys)
        else { return }
        var entries: [(url: URL, size: Int, used: Date)] = []
        for file in files {
            guard let values = try? file.resourceValues(forKeys: Set(keys)), let size = values.fileSize,
                let used = values.contentModificationDate
            else { continue }
            if file.lastPathComponent.hasSuffix(Self.suffix) {
                entries.append((file, size, used))
            } else if file.lastPathComponent.contains(Self.suffix + "."), used.timeIntervalSinceNow < -3600 {
                try? FileManager.default.removeItem(at: file)
            }
        }
        var total = entries.reduce(0) { $0 + $1.size }
        for entry in entries.sorted(by: { $0.used < $1.used }) where total > limit {
            guard entry.url.lastPathComponent != latest else { continue }
            if (try? FileManager.default.removeItem(at: entry.url)) != nil { total -= entry.size }
        }
    }
}
