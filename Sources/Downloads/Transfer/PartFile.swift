import Foundation
import Hashing
import WholeFiles

/// What has come of a file: `NAME.part`, whose hash grows with it.
///
/// Beside it lies `NAME.part.json` (``PartRecord``), which says what it is a part of.
final class PartFile {
    let url: URL
    /// Bytes that are there.
    private(set) var count = 0
    private let handle: FileHandle
    private let hash = RunningHash()
    /// Where it came from; nil for nothing that can be gone on with.
    private(set) var record: PartRecord?

    /// Opens what is there, or makes an empty one. What is there is read once, for its hash.
    init(of target: URL, checking: () -> Void) throws {
        url = target.appendingPathExtension("part")
        let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Self.failure(errno, at: url) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        record = PartRecord(at: Self.recordURL(url))
        let size = try handle.seekToEnd()
        guard size > 0 else { return }
        guard record != nil else {
            try restart()
            return
        }
        checking()
        try handle.seek(toOffset: 0)
        while let piece = try handle.read(upToCount: 1 << 22), !piece.isEmpty {
            piece.withUnsafeBytes(hash.add)
            count += piece.count
        }
    }

    /// Adds bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = write(handle.fileDescriptor, rest.baseAddress, rest.count)
            guard written > 0 else {
                if errno == EINTR { continue }
                throw Self.failure(errno, at: url)
            }
            hash.add(UnsafeRawBufferPointer(rebasing: rest[..<written]))
            count += written
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Notes what the part is a part of.
    func note(_ record: PartRecord) throws {
        self.record = record
        try record.write(to: Self.recordURL(url))
    }

    /// Refuses to begin what cannot end.
    func requireRoom(for bytes: Int) throws {
        var room = statvfs()
        guard statvfs(url.deletingLastPathComponent().path, &room) == 0 else { return }
        let (free, overflow) = Int(room.f_bavail).multipliedReportingOverflow(by: Int(room.f_frsize))
        if !overflow, bytes > free { throw Self.failure(ENOSPC, at: url, needed: bytes) }
    }

    /// Throws away what has come.
    func restart() throws {
        guard ftruncate(handle.fileDescriptor, 0) == 0, lseek(handle.fileDescriptor, 0, SEEK_SET) == 0 else {
            throw Self.failure(errno, at: url)
        }
        _ = hash.finish()
        count = 0
        record = nil
        try? FileManager.default.removeItem(at: Self.recordURL(url))
    }

    /// The SHA-256 of all that has come; once.
    func digest() -> String { hash.finish() }

    /// Gives it its name.
    func finish(as target: URL) throws {
        guard fsync(handle.fileDescriptor) == 0, rename(url.path, target.path) == 0 else {
            throw Self.failure(errno, at: target)
        }
        try? FileManager.default.removeItem(at: Self.recordURL(url))
    }

    /// Removes it with its record.
    func remove() {
        try? FileManager.default.removeItem(at: url)
        try? FileManager.default.removeItem(at: Self.recordURL(url))
    }

    /// A full disk by its own name, the rest with the system's reason.
    static func failure(_ code: Int32, at url: URL, needed: Int? = nil) -> DownloadError {
        switch code {
        case ENOSPC, EDQUOT: .diskFull(path: url.path, needed: needed)
        default: .unwritable(path: url.path, reason: String(cString: strerror(code)))
        }
    }

    private static func recordURL(_ url: URL) -> URL { url.appendingPathExtension("json") }
}

/// What a part is a part of, so that nobody appends the end of one file to the beginning of another.
struct PartRecord: Codable, Equatable {
    /// The address that was asked, before redirections.
    var address: String
    /// The strong entity tag, as the server writes it.
    var entityTag: String?
    /// The time of the last change, as the server writes it.
    var lastModified: String?
    /// Bytes of the whole.
    var total: Int?

    /// What `If-Range` asks for. A weak entity tag is not allowed there.
    var validator: String? { entityTag ?? lastModified }
}

extension PartRecord {
    init?(at url: URL) {
        guard let data = try? Data(contentsOf: url), let record = try? JSONDecoder().decode(Self.self, from: data)
        else {
            return nil
        }
        self = record
    }

    func write(to url: URL) throws {
        do {
            try JSONEncoder().encode(self).writeWhole(to: url)
        } catch {
            throw DownloadError.unwritable(path: url.path, reason: error.localizedDescription)
        }
    }
}
