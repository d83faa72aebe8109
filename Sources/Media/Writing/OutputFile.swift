import CFFmpeg
import Foundation

/// A media file in the making: it has another name until it is complete, and vanishes if it never is.
final class OutputFile {
    let handle: CFOutput
    private let target, partial: URL
    private var isComplete = false

    init(_ target: URL) throws(MediaError) {
        self.target = target
        partial = target.deletingLastPathComponent().appendingPathComponent(
            ".\(UUID().uuidString.prefix(8)).partial.\(target.pathExtension)")
        var handle: CFOutput?
        let status = cf_output_new(partial.path, nil, &handle)
        guard status == CFOk, let handle else {
            try? FileManager.default.removeItem(at: partial)
            throw Self.error(target)
        }
        self.handle = handle
    }

    deinit {
        cf_output_free(handle)
        if !isComplete { try? FileManager.default.removeItem(at: partial) }
    }

    /// Throws the thread's last message where a call failed.
    func check(_ status: CFStatus) throws(MediaError) {
        guard status != CFNoCodec else {
            let name = String(cString: cf_last_error())
            throw MediaError(file: target.path, problem: .unwritable("this FFmpeg has no encoder \(name)"))
        }
        if status != CFOk { throw Self.error(target) }
    }

    /// Writes the end, and gives the file its name.
    func finish() throws(MediaError) {
        try check(cf_output_end(handle))
        guard rename(partial.path, target.path) == 0 else {
            throw MediaError(file: target.path, problem: .unwritable(String(cString: strerror(errno))))
        }
        isComplete = true
    }

    private static func error(_ target: URL) -> MediaError {
        MediaError(file: target.path, problem: .unwritable(String(cString: cf_last_error())))
    }
}
