import Foundation

/// How much an archive may unpack to.
public struct ArchiveLimits: Hashable, Sendable {
    /// Bytes of all files together.
    public var bytes = 1 << 38
    /// Files, folders and links.
    public var entries = 4_000_000

    /// The defaults.
    public init() {}
}

/// Unpacks a tar.gz of data: files, folders, and links that stay inside. Anything else is refused, and nothing remains.
struct Unpacking {
    let archive: URL
    let limits: ArchiveLimits

    /// Unpacks into a folder that gets its name when everything is there.
    ///
    /// - Parameter progress: Entries and bytes so far.
    /// - Throws: ``DownloadError``.
    func unpack(to target: URL, progress: (Int, Int) -> Void) throws {
        let beside = target.appendingPathExtension("unpacking")
        try? FileManager.default.removeItem(at: beside)
        defer { try? FileManager.default.removeItem(at: beside) }
        do {
            try makeFolder(beside)
            try fill(beside, progress)
        } catch let failure as ArchiveFailure {
            throw DownloadError.archive(path: archive.path, problem: failure.problem)
        }
        guard rename(beside.path, target.path) == 0 else { throw PartFile.failure(errno, at: target) }
    }

    private func fill(_ folder: URL, _ progress: (Int, Int) -> Void) throws {
        let reader = TarReader(try GzipReader(archive))
        var (entries, bytes) = (0, 0)
        while let entry = try reader.next() {
            entries += 1
            guard entries <= limits.entries else { throw ArchiveFailure(.tooMany(limit: limits.entries)) }
            let parts = try Self.parts(of: entry.path, entry: entry.path)
            // The folder itself.
            guard !parts.isEmpty else { continue }
            bytes += entry.byteCount
            guard bytes <= limits.bytes else { throw ArchiveFailure(.tooLarge(limit: limits.bytes)) }
            let place = try makeParents(of: parts, in: folder, entry: entry.path)
            switch entry.kind {
            case .folder: try makeFolder(place)
            case .file: try write(reader, to: place)
            case .link(let to):
                try requireInside(to, from: parts.dropLast(), entry: entry.path)
                unlink(place.path)
                guard symlink(to, place.path) == 0 else { throw PartFile.failure(errno, at: place) }
            case .other(let what): throw ArchiveFailure(.unsafe(entry: entry.path, what: what))
            }
            progress(entries, bytes)
        }
        try reader.finish()
        guard entries > 0 else { throw ArchiveFailure(.damaged("it holds nothing")) }
    }

    /// The names of a path that stays inside.
    private static func parts(of path: String, entry: String) throws -> [Substring] {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !path.hasPrefix("/"), !parts.contains("..") else { throw ArchiveFailure(.escapes(entry: entry)) }
        return parts
    }

    /// The folders above an entry. None of them is a link, so that nothing is written through one.
    private func makeParents(of parts: [Substring], in folder: URL, entry: String) throws -> URL {
        var place = folder
        for part in parts.dropLast() {
            place.appendPathComponent(String(part))
            var status = stat()
            if lstat(place.path, &status) == 0 {
                guard status.st_mode & S_IFMT == S_IFDIR else {
                    throw ArchiveFailure(.unsafe(entry: entry, what: "below something that is no folder"))
                }
            } else {
                try makeFolder(place)
            }
        }
        return place.appendingPathComponent(parts.last.map(String.init) ?? "")
    }

    /// A link's target, followed by names alone, must not leave the folder.
    private func requireInside(_ target: String, from folder: ArraySlice<Substring>, entry: String) throws {
        let problem = ArchiveFailure(.unsafe(entry: entry, what: "a link to outside of the folder (\(target))"))
        guard !target.isEmpty, !target.hasPrefix("/") else { throw problem }
        var depth = folder.count
        for part in target.split(separator: "/") where part != "." {
            // A name after which one goes up again might itself be a link.
            depth += part == ".." ? -1 : 1
            guard depth >= 0 else { throw problem }
        }
        let climbs = target.split(separator: "/").drop { $0 == ".." || $0 == "." }
        guard !climbs.contains("..") else { throw problem }
    }

    private func makeFolder(_ url: URL) throws {
        guard mkdir(url.path, 0o755) == 0 || errno == EEXIST else { throw PartFile.failure(errno, at: url) }
        var status = stat()
        guard lstat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw PartFile.failure(ENOTDIR, at: url)
        }
    }

    private func write(_ reader: TarReader, to url: URL) throws {
        unlink(url.path)
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw PartFile.failure(errno, at: url) }
        defer { close(descriptor) }
        while case let bytes = try reader.read(upTo: 1 << 20), !bytes.isEmpty {
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                guard written > 0 else {
                    if errno == EINTR { continue }
                    throw PartFile.failure(errno, at: url)
                }
                rest = rest.dropFirst(written)
            }
        }
    }
}
