import Batches
import Foundation
import Grounding
import Media

/// Cuts found moments out of their video.
struct MomentCuts {
    let video: URL
    let folder: URL

    /// Writes `NAME-1.mp4` for the best moment and so on, for several sentences `NAME-q2-1.mp4`; encoded anew, so that a clip has
    /// the moment's frames and no others.
    func write(_ found: [FoundMoments]) throws -> [URL] {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw MediaError(file: folder.path, problem: .unwritable(error.localizedDescription))
        }
        let cutter = VideoCutter(video)
        let name = video.deletingPathExtension().lastPathComponent
        var files: [URL] = []
        for (index, answer) in found.enumerated() {
            for (rank, moment) in answer.shown.enumerated() where moment.span.end > moment.span.start {
                let question = found.count > 1 ? "q\(index + 1)-" : ""
                let file = folder.appendingPathComponent("\(name)-\(question)\(rank + 1).mp4")
                _ = try cutter.cut(moment.span.start..<moment.span.end, to: file, mode: .exact)
                files.append(file)
            }
        }
        return files
    }
}
