import Foundation

/// What lies where in a library. All of it is in one folder, which can be copied.
struct LibraryFolder: Hashable, Sendable {
    let url: URL

    /// Videos, files and what was encoded.
    var database: URL { url.appendingPathComponent("library.sqlite") }
    /// Encoded videos, one file each.
    var features: URL { url.appendingPathComponent("features") }
    /// Held while somebody indexes.
    var lock: URL { url.appendingPathComponent("lock") }

    /// Whether a file lies in the library itself, as uploads do.
    func holds(_ path: String) -> Bool { path.hasPrefix(url.resolvingSymlinksInPath().path + "/") }

    /// The clips' vectors of one space, a row a clip.
    func vectors(space: Int64) -> URL { url.appendingPathComponent("vectors-\(space).f16") }

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
            try manager.createDirectory(at: features, withIntermediateDirectories: true)
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
