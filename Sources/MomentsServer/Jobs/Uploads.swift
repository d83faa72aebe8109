import Foundation
import HTTPTypes
import Hashing
import Hummingbird
import NIOCore
import VideoLibrary

/// Takes videos from clients, into a folder of the library.
///
/// Each lies in a folder of its own, whose name means nothing, under a name that is made from the one that the client
/// gives. It is called otherwise until the last byte is there.
struct Uploads: Sendable {
    let library: VideoLibrary
    let space: String
    let center: JobCenter
    let settings: ServerSettings

    private static let suffix = ".part"

    private var folder: URL { library.uploads }

    /// Removes what a server before this one was sent in part.
    func removeLeftovers() {
        let manager = FileManager.default
        for name in (try? manager.contentsOfDirectory(atPath: folder.path)) ?? [] {
            let place = folder.appendingPathComponent(name)
            let files = (try? manager.contentsOfDirectory(atPath: place.path)) ?? []
            if UUID(uuidString: name) != nil, files.allSatisfy({ $0.hasSuffix(Self.suffix) }) {
                try? manager.removeItem(at: place)
            }
        }
    }

    func take(_ request: Request, _ context: ServerContext) async throws -> Response {
        let name = try Self.name(QueryValues(of: request))
        let type = BodyReader.type(of: request) ?? ""
        guard type == "application/octet-stream" || type.hasPrefix("video/") else {
            throw Failure(
                .unsupportedMediaType, "unsupported_type", "The body must be video/… or application/octet-stream."
            ).closing()
        }
        do {
            try center.checkRoom()
        } catch {
            throw error.closing()
        }
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }) {
            guard length <= settings.uploadLimit else { throw Failure.tooLarge(settings.uploadLimit) }
            guard length > 0 else { throw Failure.invalid("The body is empty.") }
            let free = try? library.url.resourceValues(forKeys: [.volumeAvailableCapacityKey]).volumeAvailableCapacity
            if let free, Int64(free) < length + (256 << 20) { throw Self.diskFull.closing() }
        }
        let place = folder.appendingPathComponent(UUID().uuidString.lowercased())
        do {
            let job = try await store(request, name: name, place: place)
            var response = Response(json: job, status: .accepted)
            response.headers[.location] = "/v1/jobs/\(job.job.id.uuidString.lowercased())"
            return response
        } catch {
            try? FileManager.default.removeItem(at: place)
            throw error
        }
    }

    private func store(_ request: Request, name: String, place: URL) async throws -> JobObject {
        let file = place.appendingPathComponent(name)
        let limit = settings.uploadLimit
        let hash = try await within(
            settings.uploadTime, else: Failure(.requestTimeout, "too_slow", "The upload took too long.").closing()
        ) {
            let upload = try await offLoop {
                try UploadedFile(place: place, name: name + Self.suffix)
            }
            for try await piece in request.body {
                guard upload.size + Int64(piece.readableBytes) <= limit else { throw Failure.tooLarge(limit) }
                try await offLoop { try upload.write(piece) }
            }
            guard upload.size > 0 else { throw Failure.invalid("The body is empty.") }
            return try await offLoop { try upload.finish(as: file) }
        }
        let known = try await offLoop { [library] in try library.video(hash) }
        var job = Job(name: name, path: file.path, folder: place.path)
        if let known, known.encodings.contains(where: { $0.space == space }), known.files.contains(where: \.isAsTakenUp)
        {
            // The same bytes are there already: no second copy is kept.
            try FileManager.default.removeItem(at: place)
            (job.state, job.video, job.finished, job.folder) = (.done, hash, Date(), nil)
            (job.seconds, job.total) = (known.duration, known.duration)
        }
        return try center.add(job)
    }

    static let diskFull = Failure(
        .init(code: 507, reasonPhrase: "Insufficient Storage"), "disk_full", "There is no room for it on the disk.")

    /// The name under which a file is kept: letters, digits, spaces and a few signs, no dot in front, one ending.
    static func name(_ query: QueryValues) throws(Failure) -> String {
        guard let given = try query.text("name", longest: 255) else {
            throw .invalid("name: give the video's name, as holiday.mp4.")
        }
        let isPlain = given.unicodeScalars.allSatisfy { $0 != "/" && $0 != "\\" && $0.value >= 32 }
        guard isPlain, let dot = given.lastIndex(of: "."),
            (1...200).contains(given[..<dot].unicodeScalars.count),
            VideoScan.endings.contains(String(given[dot...].dropFirst()))
        else {
            throw .invalid("name: give a name with the ending of a video file, as holiday.mp4, and without a folder.")
        }
        let kept = given[..<dot].unicodeScalars.map { scalar -> Character in
            let isKept =
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || " -_()".unicodeScalars.contains(scalar)
            return isKept ? Character(scalar) : "_"
        }
        var base = String(kept).trimmingCharacters(in: .whitespaces)
        while base.utf8.count > 120 { base.removeLast() }
        return (base.isEmpty ? "video" : base) + given[dot...]
    }
}

/// A file that comes in pieces, hashed on the way. One task at a time writes to it.
private final class UploadedFile: @unchecked Sendable {
    private(set) var size: Int64 = 0
    private let url: URL
    private let hash = RunningHash()
    private var descriptor: Int32

    init(place: URL, name: String) throws {
        try FileManager.default.createDirectory(
            at: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        url = place.appendingPathComponent(name)
        descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure() }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ piece: ByteBuffer) throws {
        try piece.withUnsafeReadableBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Self.failure() }
                done += count
            }
            hash.add(bytes)
            size += Int64(bytes.count)
        }
    }

    /// All is there: it gets its own name.
    ///
    /// - Returns: The hash of its content.
    func finish(as target: URL) throws -> String {
        guard fsync(descriptor) == 0 else { throw Self.failure() }
        close(descriptor)
        descriptor = -1
        guard rename(url.path, target.path) == 0 else { throw Self.failure() }
        return hash.finish()
    }

    private static func failure() -> any Error {
        errno == ENOSPC || errno == EDQUOT
            ? Uploads.diskFull.closing()
            : CocoaError(.fileWriteUnknown, userInfo: ["reason": String(cString: strerror(errno))])
    }
}
