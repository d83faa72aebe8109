import CLinux
import Foundation

/// Tells when something happens to files in folders.
///
///     let watch = FolderWatch(["films"])
///     while true {
///         watch.refresh()
///         look()
///         _ = watch.wait(seconds: 10)
///     }
///
/// Linux tells of changes on local disks by inotify. It does not tell what other machines do on a network's file system,
/// and its number of watches is limited: there the folders have to be looked through every few seconds.
public final class FolderWatch {
    /// Why folders have to be looked through; nil where the system tells of every change.
    public private(set) var blindSpot: String?

    private static let events = UInt32(
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB
    )

    private let roots: [URL]
    private let descriptor: Int32

    /// Begins to watch. What happens from now on is told.
    public init(_ paths: [String]) {
        roots = paths.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath() }
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        refresh()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Waits until something happened, or for so many seconds; a signal ends it as well.
    ///
    /// - Returns: Whether something happened.
    public func wait(seconds: Double) -> Bool {
        guard descriptor >= 0 else {
            usleep(UInt32(seconds * 1e6))
            return false
        }
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, Int32(seconds * 1000)) > 0 else { return false }
        drain()
        return true
    }

    /// What happened is found by looking: the events themselves say no more than that.
    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }

    /// Watches the folders that came since the last call as well. It comes before a look at what is in them.
    public func refresh() {
        blindSpot = descriptor < 0 ? "the system has no inotify" : nil
        for root in roots {
            if let kind = Self.networkFileSystem(root.path) { blindSpot = "\(root.path) lies on \(kind)" }
            place(root)
            let inside = FileManager.default.enumerator(
                at: root, includingPropertiesForKeys: [.isDirectoryKey], options: [.skipsHiddenFiles])
            while let next = inside?.nextObject() as? URL {
                if (try? next.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true { place(next) }
            }
        }
    }

    /// A folder that is watched already stays so.
    private func place(_ folder: URL) {
        guard descriptor >= 0, inotify_add_watch(descriptor, folder.path, Self.events) < 0 else { return }
        blindSpot =
            errno == ENOSPC
            ? "the system's limit of watches is reached (fs.inotify.max_user_watches)"
            : "\(folder.path): \(String(cString: strerror(errno)))"
    }

    /// What a path lies on, where other machines may write to it.
    private static func networkFileSystem(_ path: String) -> String? {
        let kinds: [Int64: String] = [
            0x6969: "NFS", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB", 0x6573_5546: "FUSE", 0x0102_1997: "9P",
        ]
        return kinds[cl_file_system(path)]
    }
}
