import Foundation

/// Which files are to be indexed.
public struct VideoScan: Sendable, Equatable {
    /// A file as the system describes it.
    public struct File: Hashable, Sendable {
        /// Absolute, with links resolved.
        public let path: String
        /// Bytes.
        public let size: Int64
        /// Seconds since 1970.
        public let modified: Double
    }

    /// Endings of files that are taken from folders; a file that is named itself may be called anything.
    public static let endings: Set<String> = [
        "3gp", "asf", "avi", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ogv", "ts",
        "vob", "webm", "wmv",
    ]

    /// What was found, by path.
    public let files: [File]
    /// Files that are there and not yet whole; see ``withoutUnfinished()``.
    public let unfinished: Set<String>
    /// The folders and files that were looked through, absolute.
    public let roots: [String]

    /// Looks through files and folders, folders below them included. Hidden files and folders are passed over.
    ///
    /// - Throws: ``LibraryError/noSuchPath(_:)``.
    public init(_ paths: [String]) throws(LibraryError) {
        var found: [String: File] = [:]
        var roots: [String] = []
        for path in paths {
            let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
                throw .noSuchPath(path)
            }
            roots.append(url.path)
            guard isFolder.boolValue else {
                if let file = Self.file(url) { found[file.path] = file }
                continue
            }
            let inside = FileManager.default.enumerator(
                at: url, includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
            while let next = inside?.nextObject() as? URL {
                guard Self.endings.contains(next.pathExtension.lowercased()),
                    let file = Self.file(next.resolvingSymlinksInPath())
                else { continue }
                found[file.path] = file
            }
        }
        self.init(files: found.values.sorted { $0.path < $1.path }, roots: roots)
    }

    /// A file as the system describes it now, behind links; nil for what is no regular file.
    public static func file(_ url: URL) -> File? {
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let modified = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
        return File(path: url.path, size: Int64(status.st_size), modified: modified)
    }

    /// Whether a path lies in one of the roots, so that its absence from ``files`` means that it is gone.
    func covers(_ path: String) -> Bool { Self.covers(path, roots) }

    /// Whether a path is one of some, or lies below one.
    static func covers(_ path: String, _ roots: [String]) -> Bool {
        roots.contains { path == $0 || path.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") }
    }

    /// Every `count`-th file beginning with the `index`-th, for several machines.
    public func shard(_ index: Int, of count: Int) -> VideoScan {
        precondition(count > 0 && (0..<count).contains(index), "shard \(index) of \(count)")
        return VideoScan(files: files.enumerated().filter { $0.offset % count == index }.map(\.element), roots: [])
    }

    /// The same without the files that somebody still writes. They do not count as gone.
    public func withoutUnfinished() -> VideoScan {
        let unfinished = Set(files.filter { !FileCompletion.isComplete($0) }.map(\.path))
        return VideoScan(
            files: files.filter { !unfinished.contains($0.path) }, unfinished: unfinished, roots: roots)
    }

    private init(files: [File], unfinished: Set<String> = [], roots: [String]) {
        self.files = files
        self.unfinished = unfinished
        self.roots = roots
    }
}
