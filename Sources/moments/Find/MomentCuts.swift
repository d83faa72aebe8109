import Batches
import Foundation
import Grounding
import Media
import Training

/// Cuts found moments out of their video.
struct MomentCuts {
    let video: URL
    let folder: URL

    /// Writes `NAME-1.mp4` for the best moment and so on, for several sentences `NAME-q2-1.mp4`; encoded anew, so that a clip has
    /// the moment's frames and no others. Sound comes with it.
    ///
    /// - Parameter written: Is told of each clip as soon as it is whole.
    /// - Throws: `MediaError`; ``Interrupted`` after Ctrl-C, with the clips before it kept.
    func write(_ found: [FoundMoments], written: (URL) -> Void) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw MediaError(file: folder.path, problem: .unwritable(error.localizedDescription))
        }
        let cutter = VideoCutter(video)
        let name = video.deletingPathExtension().lastPathComponent
        let clips = found.enumerated().flatMap { index, answer in
            answer.shown.enumerated().filter { $1.span.end > $1.span.start }.map { rank, moment in
                (file: "\(name)-\(found.count > 1 ? "q\(index + 1)-" : "")\(rank + 1).mp4", span: moment.span)
            }
        }
        Interruption.catchSignals()
        defer { Interruption.releaseSignals() }
        for (done, clip) in clips.enumerated() {
            let file = folder.appendingPathComponent(clip.file)
            let span = clip.span.start..<clip.span.end
            let progress = ExtractionProgress(name: clip.file, index: done, count: clips.count)
            defer { progress.clear() }
            do {
                try cutter.cut(span, to: file, mode: .exact) { progress.show($0, clip.span.length) }
            } catch is CancellationError {
                throw Interrupted(
                    "\(done) of \(clips.count) clips are written to \(folder.path); the same call writes all of them anew"
                )
            }
            progress.clear()
            written(file)
        }
    }
}
