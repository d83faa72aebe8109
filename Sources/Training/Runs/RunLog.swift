import Foundation
import WholeFiles

/// A file of JSON lines that grows while a run goes on. A line is whole on disk once `append` returns.
final class RunLog {
    private let handle: FileHandle
    private let url: URL

    /// Opens a log.
    ///
    /// - Parameter keep: Which of the lines that are there belong to the run's state; the others are removed. They
    ///   are of steps that were done after the last save and will be done again.
    init(_ url: URL, keeping keep: ([String: Any]) -> Bool) throws {
        self.url = url
        let old = (try? Data(contentsOf: url)) ?? Data()
        var kept = Data()
        for line in old.split(separator: UInt8(ascii: "\n")) {
            guard let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any], keep(object) else {
                break
            }
            kept += line + [UInt8(ascii: "\n")]
        }
        do {
            if kept != old || !FileManager.default.fileExists(atPath: url.path) {
                try kept.writeWhole(to: url)
            }
            handle = try FileHandle(forWritingTo: url)
            try handle.seekToEnd()
        } catch {
            throw RunError.unwritable(folder: url.path, error.localizedDescription)
        }
    }

    deinit { try? handle.close() }

    func append(_ line: String) throws {
        do {
            try handle.write(contentsOf: Data((line + "\n").utf8))
        } catch {
            throw RunError.unwritable(folder: url.path, "\(error)")
        }
    }
}
