import Foundation

/// Writes a file beside its place and renames it: readers see the old file or the whole new one, never a part,
/// also where the process is killed or the power fails.
struct AtomicFile {
    /// Calls `body` to write, then flushes to disk and renames onto `url`. On any error the old file stays.
    static func write(to url: URL, _ body: (borrowing AtomicFile) throws -> Void) throws {
        let place = FilePlace(url)
        let folder = url.deletingLastPathComponent().path
        let temporary = "\(folder)/.\(url.lastPathComponent).\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw place.error(.unwritable(systemMessage())) }
        var isOpen = true
        do {
            try body(AtomicFile(descriptor: descriptor, place: place))
            guard fsync(descriptor) == 0 else { throw place.error(.unwritable(systemMessage())) }
            isOpen = false
            guard close(descriptor) == 0 else { throw place.error(.unwritable(systemMessage())) }
            guard rename(temporary, place.file) == 0 else { throw place.error(.unwritable(systemMessage())) }
        } catch {
            if isOpen { close(descriptor) }
            unlink(temporary)
            throw error
        }
        syncFolder(folder)
    }

    private let descriptor: Int32
    private let place: FilePlace

    /// Appends bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let written = Glibc.write(descriptor, base, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw place.error(.unwritable(systemMessage()))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try append($0) }
    }

    /// The rename itself is safe only once the folder is on disk. Some file systems cannot do it; then the
    /// rename is still atomic.
    static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
