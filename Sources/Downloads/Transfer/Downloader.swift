import AsyncHTTPClient
import Foundation
import Hashing

/// Brings the files of the catalogue, checked, whole or not at all.
///
///     let item = try Catalogue.item(named: "qvhighlights")
///     for file in item.files {
///         try await Downloader().fetch(file, into: DownloadCache().folder(of: item)) { event in … }
///     }
///
/// A file is written to `NAME.part` beside its place and gets its name when its hash is right. What an interrupted or broken
/// download has left is gone on with, if the server can and the file is still the same. Two processes that want the same file
/// do not spoil each other: one waits. A cancelled task keeps its part.
public struct Downloader: Sendable {
    /// How patient it is.
    public var settings: TransferSettings
    /// What takes the place of the official scheme, host and port; its path comes before the official one.
    public var mirror: URL?

    /// A downloader.
    public init(settings: TransferSettings = TransferSettings(), mirror: URL? = nil) {
        self.settings = settings
        self.mirror = mirror
    }

    /// Brings a file into a folder, which is made; an archive is unpacked beside and not kept.
    ///
    /// - Parameters:
    ///   - policy: What proves that it is the right file.
    ///   - report: Called with what happens, from any thread, often.
    /// - Throws: ``DownloadError``; `CancellationError` where the task was cancelled.
    @discardableResult
    public func fetch(
        _ file: CatalogueFile, into folder: URL, policy: HashPolicy = .published,
        report: @escaping @Sendable (DownloadEvent) -> Void = { _ in }
    ) async throws -> DownloadOutcome {
        let expected = try policy.expected(of: file, in: folder)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw DownloadError.unwritable(path: folder.path, reason: Self.reason(error))
        }
        let target = folder.appendingPathComponent(file.name)
        let lock = try await FileLock.acquire(target.appendingPathExtension("lock")) { report(.waiting) }
        defer { lock.release() }
        if let hash = try present(file, in: folder, expected: expected, report: report) {
            try keep(hash, of: file, in: folder)
            if file.isArchive, !isUnpacked(file, in: folder) { try unpack(file, in: folder, report) }
            return .present(sha256: hash)
        }
        if file.isArchive, isUnpacked(file, in: folder) { return .present(sha256: nil) }

        let part = try PartFile(of: target) { report(.checking) }
        let hash: String
        do {
            hash = try await transfer(file, into: part, expected: expected, report: report)
        } catch {
            if part.count == 0 { part.remove() }
            throw error
        }
        let byteCount = part.count
        try keep(hash, of: file, in: folder)
        try part.finish(as: target)
        if file.isArchive { try unpack(file, in: folder, report) }
        return .fetched(sha256: hash, byteCount: byteCount)
    }

    /// Whether a file is there and right, without asking the network. Returns its hash; nil where it is missing.
    ///
    /// - Throws: ``DownloadError`` where another file is in its place.
    public func verified(
        _ file: CatalogueFile, in folder: URL, policy: HashPolicy = .published
    ) throws -> DownloadOutcome? {
        if file.isArchive, isUnpacked(file, in: folder) { return .present(sha256: nil) }
        // A file without any known hash came here under somebody's trust, or not by this program.
        let expected = try? policy.expected(of: file, in: folder)
        return try present(file, in: folder, expected: expected) { _ in }.map { .present(sha256: $0) }
    }

    private func transfer(
        _ file: CatalogueFile, into part: PartFile, expected: String?,
        report: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws -> String {
        let client = RemoteFile.client(settings)
        let remote = RemoteFile(client: client, address: address(of: file), settings: settings)
        do {
            let hash = try await Transfer(file: file, remote: remote, expected: expected, report: report)(into: part)
            try? await client.shutdown()
            return hash
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// The hash of a file that is there; nil where none is.
    private func present(
        _ file: CatalogueFile, in folder: URL, expected: String?, report: (DownloadEvent) -> Void
    ) throws -> String? {
        let target = folder.appendingPathComponent(file.name)
        guard FileManager.default.fileExists(atPath: target.path) else { return nil }
        report(.checking)
        let found: String
        do {
            found = try ContentHash.sha256(of: target)
        } catch {
            throw DownloadError.unreadable(path: target.path, reason: error.reason)
        }
        if let expected, expected != found {
            throw DownloadError.wrongFile(path: target.path, expected: expected, found: found)
        }
        return found
    }

    /// Records the hash of a file that has no published one.
    private func keep(_ hash: String, of file: CatalogueFile, in folder: URL) throws {
        let record = HashRecord(for: file, in: folder)
        if file.sha256 == nil, record.hash != hash { try record.write(hash, name: file.name) }
    }

    private func isUnpacked(_ file: CatalogueFile, in folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: file.product(in: folder).path)
    }

    private func unpack(_ file: CatalogueFile, in folder: URL, _ report: (DownloadEvent) -> Void) throws {
        let archive = folder.appendingPathComponent(file.name)
        try Unpacking(archive: archive, limits: settings.archiveLimits).unpack(to: file.product(in: folder)) {
            report(.unpacking(entries: $0, bytes: $1))
        }
        try? FileManager.default.removeItem(at: archive)
    }

    /// The official address, or the mirror's.
    func address(of file: CatalogueFile) -> URL {
        guard let mirror, var parts = URLComponents(url: file.address, resolvingAgainstBaseURL: true),
            let base = URLComponents(url: mirror, resolvingAgainstBaseURL: true)
        else { return file.address }
        (parts.scheme, parts.host, parts.port) = (base.scheme, base.host, base.port)
        let prefix = base.percentEncodedPath
        parts.percentEncodedPath =
            (prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix) + parts.percentEncodedPath
        return parts.url ?? file.address
    }

    private static func reason(_ error: any Error) -> String {
        let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let inner, inner.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(inner.code)))
    }
}
