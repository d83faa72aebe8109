import Finding
import Foundation

/// Encodes videos for a library.
public protocol LibraryEncoder {
    /// What the vectors depend on beside the video: encoders, weights, clip length. Videos of different spaces are not
    /// compared.
    var space: String { get }
    /// The component of an encoded video whose rows lie in one space with sentences: `clip`.
    var searched: String { get }

    /// Encodes a video.
    ///
    /// `progress` is called with the seconds done and, where it is known, the seconds in all; false stops with
    /// `CancellationError`.
    func encode(_ video: URL, progress: (_ done: Double, _ total: Double?) -> Bool) throws -> EncodedVideo
}
