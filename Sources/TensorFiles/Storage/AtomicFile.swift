import Foundation

/// Writes a file beside its place and renames it: readers see the old file or the whole new one, never a part,
/// also where the process is killed or the power fails.
struct AtomicFile: ~Copyable {
    private let descriptor: Int32
    private let place: FilePlace

    /// Calls `body` to write, then flushes to disk and renames onto `url`. On any error the old file stays.
    static func write(to url: URL, _ body: (borrowing AtomicFile) throws -> Void) throws {
        let place = FilePlace(url)
        try replace(url) { temporary in
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw place.error(.unwritable(systemMessage())) }
            defer { close(descriptor) }
            try body(AtomicFile(descriptor: descriptor, place: place))
        }
    }

    /// Calls `make` to write the file at a path beside `url`, then flushes it to disk and renames it onto `url`.
    static func replace(_ url: URL, _ make: (_ path: String) throws -> Void) throws {
        let place = FilePlace(url)
        let folder = url.deletingLastPathComponent().path
        let temporary = "\(folder)/.\(url.lastPathComponent).\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
        do {
            try make(temporary)
            guard sync(temporary, O_RDWR) else { throw place.error(.unwritable(systemMessage())) }
            guard rename(temporary, place.file) == 0 else { throw place.error(.unwritable(systemMessage())) }
        } catch {
            unlink(temporary)
            throw error
        }
        // The rename itself is safe only once the folder is on disk. Some file systems cannot do that; the
        // rename is still atomic there.
        _ = sync(folder, O_RDONLY | O_DIRECTORY)
    }

    private static func sync(_ path: String, _ flags: Int32) -> Bool {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// Appends bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, base, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw place.error(.unwritable(systemMessage()))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try append($0) }
    }
}
