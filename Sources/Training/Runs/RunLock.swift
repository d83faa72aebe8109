import Foundation

/// The right to write into a run's folder, which one training at a time has.
///
/// It is a lock on the folder itself, so it ends with the process, however that ends, and leaves no file behind. Where
/// the file system knows no locks there is none.
final class RunLock {
    private let folder: RunFolder
    private let descriptor: Int32
    private let isNew: Bool

    /// Makes the folder where there is none, and locks it.
    ///
    /// - Throws: ``RunError/busy(folder:)``, or ``RunError/unwritable(folder:_:)`` where the folder cannot be made.
    init(_ folder: RunFolder) throws {
        self.folder = folder
        let path = folder.url.path
        isNew = !FileManager.default.fileExists(atPath: path)
        do {
            try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        } catch {
            throw RunError.unwritable(folder: path, error.localizedDescription)
        }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw RunError.unwritable(folder: path, String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        close(descriptor)
        throw RunError.busy(folder: path)
    }

    deinit {
        // A folder that was made for a run that never began; one with files in it stays.
        if isNew { rmdir(folder.url.path) }
        close(descriptor)
    }
}
