import Foundation

/// What is wrong with a video file: the file, the trouble, and what to do about it.
public struct MediaError: Error, Sendable, Equatable {
    /// The kinds of trouble.
    public enum Problem: Sendable, Equatable {
        /// There is no such file.
        case notFound
        /// It is a folder.
        case folder
        /// The system refuses to read it.
        case denied
        /// The file has no bytes.
        case empty
        /// It is no video at all.
        case notAVideo
        /// It has sound and no pictures.
        case audioOnly
        /// Its end is missing, and with it the table that says where the pictures lie.
        case truncated
        /// This FFmpeg has no decoder for it; the codec's name.
        case unknownCodec(String)
        /// It looks like a video, but no picture can be decoded; FFmpeg's reason.
        case damaged(String)
        /// The wanted crop does not fit into the picture.
        case tooSmall(width: Int, height: Int, crop: Int)
        /// It cannot be written; the reason.
        case unwritable(String)
        /// The surrounding task was cancelled.
        case cancelled
        /// Somebody wrote to it, so that what was read is neither the old nor the new.
        case changed
    }

    /// The file's path.
    public let file: String
    /// What is wrong.
    public let problem: Problem

    /// Makes an error.
    public init(file: String, problem: Problem) {
        self.file = file
        self.problem = problem
    }
}

extension MediaError: CustomStringConvertible, LocalizedError {
    /// One or two sentences for a person.
    public var description: String { "\(file): \(problem)" }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension MediaError.Problem: CustomStringConvertible {
    /// What is wrong and what to do, without the file.
    public var description: String {
        switch self {
        case .notFound: "there is no such file; check the path"
        case .folder: "this is a folder; name a video file in it"
        case .denied: "no permission to read it; `chmod +r` on the file, or another user, may help"
        case .empty: "the file is empty; copy or download it again"
        case .notAVideo: "this is not a video; MP4, MKV, WebM, MOV, AVI and TS are among those that can be read"
        case .audioOnly: "the file has sound and no pictures; a video is needed"
        case .truncated:
            "the file's end is missing, and with it the table of its pictures (moov); copy or download it again"
        case .unknownCodec(let name):
            "there is no decoder for its codec (\(name)); convert the video to H.264"
        case .damaged(let reason): "no picture can be decoded (\(reason)); copy or download it again"
        case .tooSmall(let width, let height, let crop):
            "pictures of \(width) × \(height) are too small for a crop of \(crop) × \(crop); scale them up or crop less"
        case .unwritable(let reason): "cannot be written: \(reason)"
        case .cancelled: "reading was stopped"
        case .changed: "it changed while it was read; try again when nobody writes to it"
        }
    }
}
