import Foundation

/// Read-only bytes with an owner: a memory-mapped file, an own buffer, or memory lent by somebody else.
///
/// Arrays are windows onto a storage. They keep it alive, so a mapped file stays mapped for as long as one of
/// its arrays is in use, and no byte is copied to hand it on.
///
/// A mapped file must not be truncated while it is in use: the operating system then ends the process. To
/// replace a file, write beside it and rename, as this module does.
public final class ByteStorage: @unchecked Sendable {
    // Sendable: the bytes never change after `init`, and all other state is constant.

    /// The first byte.
    public let base: UnsafeRawPointer
    /// The number of bytes.
    public let count: Int
    private let release: @Sendable (UnsafeRawPointer) -> Void

    /// Takes memory of somebody else, who keeps it unchanged until `release` is called.
    public init(base: UnsafeRawPointer, count: Int, release: @escaping @Sendable (UnsafeRawPointer) -> Void) {
        self.base = base
        self.count = count
        self.release = release
    }

    /// Makes an own buffer, aligned to 64 bytes, and lets `fill` write all of it.
    ///
    /// Throws what `fill` throws, and ``OutOfMemory`` where the system has not so many bytes.
    public convenience init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, 64, max(count, 1)) == 0, let memory else { throw OutOfMemory(byteCount: count) }
        do {
            try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
        } catch {
            free(memory)
            throw error
        }
        self.init(base: memory, count: count) { free(UnsafeMutableRawPointer(mutating: $0)) }
    }

    /// Copies bytes into an own buffer, aligned to 64 bytes.
    public convenience init(copying bytes: UnsafeRawBufferPointer) {
        do {
            try self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
        } catch {
            fatalError("\(error)")  // The same bytes are in memory already: nothing but exhaustion leads here.
        }
    }

    /// Copies bytes into an own buffer, aligned to 64 bytes.
    public convenience init(_ bytes: [UInt8]) {
        do {
            try self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
        } catch {
            fatalError("\(error)")
        }
    }

    /// Maps a file into memory, read-only. Pages are read when they are first touched.
    ///
    /// Throws ``TensorFileError`` where the file is missing, not a regular file, or may not be read.
    public convenience init(mapping url: URL) throws {
        let place = FilePlace(url)
        // Non-blocking, so that a pipe in place of a file is refused and not waited for.
        let descriptor = open(place.file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw place.error(errno == ENOENT ? .notFound : .unreadable(systemMessage()))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw place.error(.unreadable(systemMessage())) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw place.error(.unreadable(isFolder ? "it is a folder" : "it is not a regular file"))
        }
        let count = Int(status.st_size)
        if count == 0 {
            try self.init(count: 0) { _ in }
            return
        }
        guard let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
            throw place.error(.unreadable(systemMessage()))
        }
        self.init(base: memory, count: count) { munmap(UnsafeMutableRawPointer(mutating: $0), count) }
    }

    deinit { release(base) }

    /// Calls `body` with all bytes; the pointer is good during the call.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(start: base, count: count)) }
    }

    /// The system has not as much memory as was asked for.
    public struct OutOfMemory: Error, Equatable, CustomStringConvertible {
        /// What was asked for.
        public let byteCount: Int
        /// The message.
        public var description: String { "not enough memory for \(byteCount) bytes" }
    }
}

/// The operating system's words for the last failed call.
func systemMessage() -> String {
    String(cString: strerror(errno))
}
