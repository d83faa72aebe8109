import Finding
import Foundation

/// What lies where in a library. All of it is in one folder, which can be copied.
struct LibraryFolder: Hashable, Sendable {
    let url: URL

    /// Videos, files and what was encoded.
    var database: URL { url.appendingPathComponent("library.sqlite") }
    /// Encoded videos, one file each, by ``featureKey(_:space:)``.
    var features: EncodedVideoFolder { EncodedVideoFolder(url.appendingPathComponent("features")) }
    /// Held while somebody indexes.
    var lock: URL { url.appendingPathComponent("lock") }

    /// What a video's features in a space are found by.
    static func featureKey(_ hash: String, space: String) -> String {
        EncodedVideo.key(video: hash, encoders: [space], clipLength: "library")
    }

    /// A video's features in a space; nil where there are no good ones.
    func encodedVideo(_ hash: String, space: String) -> EncodedVideo? {
        features.video(for: Self.featureKey(hash, space: space))
    }

    /// Videos that a server was given, in folders of their own.
    var uploads: URL { url.appendingPathComponent("uploads") }

    /// Whether a file lies among the uploads. Only those are ever removed, so no way that leads out again is one: paths come
    /// from other libraries as well.
    func holdsUpload(_ path: String) -> Bool {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return file.hasPrefix(url.resolvingSymlinksInPath().path + "/uploads/")
            && !path.split(separator: "/").contains("..")
    }

    /// The clips' vectors of one space, a row a clip.
    func vectors(space: Int64) -> URL { url.appendingPathComponent("vectors-\(space).f16") }

    /// A name for a new index over the vectors of a space; none was called so before.
    func indexName(space: Int64) -> String {
        "\(Self.indexPrefix(space))\(UUID().uuidString.lowercased()).faiss"
    }

    /// Removes the indexes of a space but one; all with nil.
    func removeIndexes(space: Int64, except name: String?) {
        for other in (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        where other.hasPrefix(Self.indexPrefix(space)) && other != name {
            try? FileManager.default.removeItem(at: url.appendingPathComponent(other))
        }
    }

    private static func indexPrefix(_ space: Int64) -> String { "index-\(space)-" }

    /// Makes the folder where it is missing.
    ///
    /// - Throws: ``LibraryError`` where it cannot be made or holds something else.
    func create() throws(LibraryError) {
        var isFolder: ObjCBool = false
        let manager = FileManager.default
        if manager.fileExists(atPath: url.path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw .unusable(folder: url.path, reason: "it is a file") }
            if manager.fileExists(atPath: database.path) { return }
            let content = (try? manager.contentsOfDirectory(atPath: url.path)) ?? []
            // What a first call that was killed may have left.
            guard content.allSatisfy({ ["features", "lock"].contains($0) || $0.hasPrefix("library.sqlite") }) else {
                throw .notALibrary(folder: url.path)
            }
        }
        do {
            try manager.createDirectory(at: features.url, withIntermediateDirectories: true)
        } catch {
            throw .unusable(folder: url.path, reason: error.localizedDescription)
        }
    }
}

/// Keeps other processes from indexing into the same folder, for as long as it lives. The system lets go of it when
/// the process ends, however it ends.
final class LibraryLock {
    private let descriptor: Int32

    init(_ folder: LibraryFolder) throws(LibraryError) {
        descriptor = open(folder.lock.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .unusable(folder: folder.url.path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .busy(folder: folder.url.path)
        }
    }

    deinit { close(descriptor) }
}
