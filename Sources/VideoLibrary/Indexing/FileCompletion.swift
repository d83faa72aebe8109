import CLinux
import Foundation

/// Whether a file is whole, or somebody still writes it.
enum FileCompletion {
    /// How long a file must have been left alone where the system does not tell who has it open.
    static let quietTime = 5.0

    /// Whether nobody has a file open for writing.
    ///
    /// Linux answers that by a lease, on local disks and for files that are ours. Elsewhere a file counts as whole when it
    /// has not changed for some seconds.
    static func isComplete(_ file: VideoScan.File, now: Date = Date()) -> Bool {
        isOpenForWriting(file.path).map { !$0 } ?? (abs(now.timeIntervalSince1970 - file.modified) >= quietTime)
    }

    /// Whether some process has a file open for writing; nil where the system does not say.
    static func isOpenForWriting(_ path: String) -> Bool? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let answer = cl_is_being_written(descriptor)
        return answer < 0 ? nil : answer == 1
    }
}
