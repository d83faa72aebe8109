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

    /// Brings in order what a server that was killed left: what came in part is removed. A whole file that nobody knows of
    /// was sent by somebody who never heard that it had come; it gets its job.
    func takeUpLeftovers() {
        let known = Set(center.jobs(in: nil).compactMap { $0.job.folder.map(Self.lastName) })
        for name in Self.contents(of: folder) where UUID(uuidString: name) != nil {
            let place = folder.appendingPathComponent(name)
            let whole = Self.contents(of: place).filter { !$0.hasSuffix(Self.suffix) }
            if whole.isEmpty {
                try? FileManager.default.removeItem(at: place)
            } else if whole.count == 1, !known.contains(name), isUnknown(place.appendingPathComponent(whole[0])) {
                let path = place.appendingPathComponent(whole[0]).path
                // Where the list cannot be written the next start tries again.
                _ = try? center.add(Job(name: whole[0], path: path, folder: place.path))
            }
        }
    }

    private func isUnknown(_ file: URL) -> Bool {
        VideoScan.endings.contains(file.pathExtension) && (try? library.knows(file.path)) == false
    }

    private static func lastName(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }

    private static func contents(of folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
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
        let known = try await offLoop { [library] in try library.video(hash, readyIn: space) }
        var job = Job(name: name, path: file.path, folder: place.path, content: hash)
        if let known {
            // The same bytes are there already: no second copy is kept. Where they wait themselves, that is seen later.
            try FileManager.default.removeItem(at: place)
            job.end(with: known)
            (job.finished, job.folder) = (Date(), nil)
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

extension VideoLibrary {
    /// The video of a content, where it can be searched in a space and its file is there; nil where it is to be taken up.
    func video(_ hash: String, readyIn space: String) throws -> LibraryVideo? {
        guard let video = try video(hash), video.encodings.contains(where: { $0.space == space }) else { return nil }
        return video.files.contains(where: \.isAsTakenUp) ? video : nil
    }

    /// Whether a video was taken up from a file.
    func knows(_ path: String) throws -> Bool {
        try hash(ofFileAt: URL(fileURLWithPath: path).resolvingSymlinksInPath().path) != nil
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
