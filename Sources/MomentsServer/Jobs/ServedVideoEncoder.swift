import Finding
import Foundation
import VideoLibrary

/// Encodes videos, and shows what it has of one before its end.
public protocol ServedVideoEncoder: LibraryEncoder {
    /// Encodes a video.
    ///
    /// `progress` is as in `LibraryEncoder`. `partial` is called now and then with the video's beginning, as far as it is
    /// known.
    func encode(
        _ video: URL, progress: (_ done: Double, _ total: Double?) -> Bool, partial: (EncodedVideo) -> Void
    ) throws -> EncodedVideo
}

/// An encoder whose work on one video somebody watches.
struct WatchedEncoder: LibraryEncoder {
    let base: any ServedVideoEncoder
    let partial: (EncodedVideo) -> Void

    var space: String { base.space }
    var searched: String { base.searched }

    func encode(_ video: URL, progress: (Double, Double?) -> Bool) throws -> EncodedVideo {
        try base.encode(video, progress: progress, partial: partial)
    }
}
