import Foundation

/// A lock among processes: a file that one of them holds.
///
/// The file goes away with the lock. Whoever waited for it then holds a file without a name, notices, and starts anew.
/// A process that dies leaves the file, but no lock.
final class FileLock {
    private let url: URL
    private var descriptor: Int32

    private init(_ url: URL, _ descriptor: Int32) {
        self.url = url
        self.descriptor = descriptor
    }

    deinit { release() }

    /// Waits until the lock is free, and takes it.
    ///
    /// - Parameter waiting: Called once, if another holds it.
    static func acquire(_ url: URL, waiting: () -> Void) async throws -> FileLock {
        var hasWaited = false
        while true {
            let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else {
                throw DownloadError.unwritable(path: url.path, reason: String(cString: strerror(errno)))
            }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isNamed(url, descriptor) { return FileLock(url, descriptor) }
            close(descriptor)
            if !hasWaited { waiting() }
            hasWaited = true
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func release() {
        guard descriptor >= 0 else { return }
        unlink(url.path)
        close(descriptor)
        descriptor = -1
    }

    /// Whether the file of the descriptor is still the one that has the name.
    private static func isNamed(_ url: URL, _ descriptor: Int32) -> Bool {
        var (own, named) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && stat(url.path, &named) == 0 && own.st_ino == named.st_ino
            && own.st_dev == named.st_dev
    }
}
