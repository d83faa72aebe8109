import Foundation

/// A file in the making: it has another name until it is whole, so that readers see the old file or the whole new one, never
/// a part, also where the process is killed or the power fails.
///
///     let draft = try FileDraft(of: url)
///     try draft.append(bytes)
///     try draft.place()
///
/// The draft of `NAME` lies beside it as `.NAME.tmp`, locked. What a process that was killed left there is removed by the next
/// draft of the same file; a process that is at work on it is waited for. A draft that is not placed vanishes.
public final class FileDraft {
    /// Where the draft lies, for libraries that open files by themselves.
    public let path: String
    private let target: String
    private let descriptor: Int32
    private var isPlaced = false

    /// Begins an empty file.
    ///
    /// - Parameters:
    ///   - target: The file's place, once it is whole.
    ///   - suffix: What the draft's name ends in; libraries may choose a format by it.
    /// - Throws: ``UnwritableFile``.
    public init(of target: URL, suffix: String = ".tmp") throws(UnwritableFile) {
        self.target = target.path
        path = "\(target.deletingLastPathComponent().path)/.\(target.lastPathComponent)\(suffix)"
        descriptor = try Self.claim(path, for: target.path)
    }

    deinit {
        if !isPlaced { unlink(path) }
        close(descriptor)
    }

    /// Appends bytes.
    ///
    /// - Throws: ``UnwritableFile``.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(UnwritableFile) {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = write(descriptor, base, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw UnwritableFile(target, errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Flushes the file to the disk and gives it its name.
    ///
    /// - Throws: ``UnwritableFile``; the old file then stays.
    public func place() throws(UnwritableFile) {
        guard Self.isNamed(descriptor, path) else { throw UnwritableFile(target, ESTALE) }
        guard fsync(descriptor) == 0, rename(path, target) == 0 else { throw UnwritableFile(target, errno) }
        isPlaced = true
        // The name itself is safe only once the folder is on the disk, which not every file system can do.
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            _ = fsync(folder)
            close(folder)
        }
    }

    // MARK: The right to a draft's name

    /// A new file, locked.
    private static func claim(_ path: String, for target: String) throws(UnwritableFile) -> Int32 {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                // Where the file system knows no locks there is none.
                let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
                // Whoever looks for leftovers may have been quicker.
                if !isTaken, isNamed(descriptor, path) { return descriptor }
                close(descriptor)
            } else {
                guard errno == EEXIST else { throw UnwritableFile(target, errno) }
                try clear(path, for: target)
            }
        }
    }

    /// Removes what a killed process left, once nobody is at work on it.
    private static func clear(_ path: String, for target: String) throws(UnwritableFile) {
        let other = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard other >= 0 else {
            if errno == ENOENT { return }
            throw UnwritableFile(target, errno)
        }
        defer { close(other) }
        while flock(other, LOCK_EX) != 0, errno == EINTR {}
        // Its writer may have placed it meanwhile, and another may have begun.
        guard isNamed(other, path) else { return }
        guard unlink(path) == 0 || errno == ENOENT else { throw UnwritableFile(target, errno) }
    }

    private static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }
}

/// Why a file could not be written.
public struct UnwritableFile: Error, Equatable, LocalizedError, CustomStringConvertible {
    /// The file's place.
    public let file: String
    /// The system's reason, such as “No space left on device”.
    public let reason: String

    init(_ file: String, _ number: Int32) {
        self.file = file
        reason = String(cString: strerror(number))
    }

    /// What is wrong, and where.
    public var description: String { "\(file) cannot be written: \(reason)" }
    /// The reason alone, for messages that name the file themselves.
    public var errorDescription: String? { reason }
}

extension Data {
    /// Writes a file whole or not at all: see ``FileDraft``.
    ///
    /// - Throws: ``UnwritableFile``; the old file then stays.
    public func writeWhole(to url: URL) throws(UnwritableFile) {
        let draft = try FileDraft(of: url)
        let result = withUnsafeBytes { bytes in Result { () throws(UnwritableFile) in try draft.append(bytes) } }
        try result.get()
        try draft.place()
    }
}
