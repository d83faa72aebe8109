import Foundation
import Hashing
import TensorFiles

/// Encoded videos in a folder, one safetensors file each.
///
/// A file is written beside its place and renamed, so that other processes see all of it or nothing. An entry that cannot
/// be read, or whose bytes are not those that were written, counts as missing and is removed. Nothing else goes by itself;
/// ``EncodedVideoCache`` keeps to a limit.
public struct EncodedVideoFolder: Sendable {
    /// Where the entries lie.
    public let url: URL

    /// A folder, which is made when something is stored.
    public init(_ url: URL) { self.url = url }

    /// The entry of a key; nil where there is no good one.
    ///
    /// Its tensors lie in the mapped file.
    public func video(for key: String) -> EncodedVideo? {
        let file = url(for: key)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        guard let video = try? EncodedVideoFile.read(file, key: key) else {
            try? FileManager.default.removeItem(at: file)
            return nil
        }
        return video
    }

    /// Stores a video, in place of an earlier one of this key.
    ///
    /// - Throws: `TensorFileError` where the folder cannot be made or the file cannot be written.
    public func store(_ video: EncodedVideo, for key: String) throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw TensorFileError(file: url.path, problem: .unwritable(error.localizedDescription))
        }
        try EncodedVideoFile.write(video, key: key, to: url(for: key))
    }

    /// Removes the entry of a key, if there is one.
    public func remove(_ key: String) { try? FileManager.default.removeItem(at: url(for: key)) }

    /// Removes what interrupted writers have left; what was written to within the last hour may still become an entry.
    public func removeUnfinished() {
        for file in files(where: { $0.contains(Self.suffix + ".") }) where file.used.timeIntervalSinceNow < -3600 {
            try? FileManager.default.removeItem(at: file.url)
        }
    }

    /// A file in the folder.
    struct File {
        let url: URL
        let size: Int
        /// When it was written or, in a cache, last asked for.
        let used: Date
    }

    /// The files of the entries, in any order.
    func entries() -> [File] { files { $0.hasSuffix(Self.suffix) } }

    /// Where an entry lies. The name is a hash, so that any key makes a file name; the file itself holds the key.
    func url(for key: String) -> URL { url.appendingPathComponent(ContentHash.sha256(of: key) + Self.suffix) }

    private static let suffix = ".video.safetensors"

    private func files(where isMeant: (String) -> Bool) -> [File] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.filter(isMeant).compactMap { name in
            let file = url.appendingPathComponent(name)
            guard let values = try? file.resourceValues(forKeys: [.contentModificationDateKey, .fileSizeKey]),
                let size = values.fileSize, let used = values.contentModificationDate
            else { return nil }
            return File(url: file, size: size, used: used)
        }
    }
}
