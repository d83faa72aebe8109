import CFFmpeg
import Foundation
import WholeFiles

/// A media file in the making: it has another name until it is complete, and vanishes if it never is.
final class OutputFile {
    let handle: CFOutput
    private let target: URL
    private let draft: FileDraft

    init(_ target: URL) throws(MediaError) {
        self.target = target
        // FFmpeg chooses the container by the ending.
        draft = try Self.naming(target) { () throws(UnwritableFile) in
            try FileDraft(of: target, suffix: ".partial.\(target.pathExtension)")
        }
        var handle: CFOutput?
        let status = cf_output_new(draft.path, nil, &handle)
        guard status == CFOk, let handle else { throw Self.error(target) }
        self.handle = handle
    }

    deinit { cf_output_free(handle) }

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
        try Self.naming(target) { () throws(UnwritableFile) in try draft.place() }
    }

    private static func naming<Result>(
        _ target: URL, _ body: () throws(UnwritableFile) -> Result
    ) throws(MediaError) -> Result {
        do {
            return try body()
        } catch {
            throw MediaError(file: target.path, problem: .unwritable(error.reason))
        }
    }

    private static func error(_ target: URL) -> MediaError {
        MediaError(file: target.path, problem: .unwritable(String(cString: cf_last_error())))
    }
}
