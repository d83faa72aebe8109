import Foundation
import VideoLibrary

/// What a video file is called among browsers.
enum VideoMediaType {
    private static let types = [
        "3gp": "video/3gpp", "asf": "video/x-ms-asf", "avi": "video/x-msvideo", "flv": "video/x-flv",
        "m2ts": "video/mp2t", "m4v": "video/mp4", "mkv": "video/x-matroska", "mov": "video/quicktime",
        "mp4": "video/mp4", "mpeg": "video/mpeg", "mpg": "video/mpeg", "mts": "video/mp2t", "mxf": "application/mxf",
        "ogv": "video/ogg", "ts": "video/mp2t", "vob": "video/mpeg", "webm": "video/webm", "wmv": "video/x-ms-wmv",
    ]

    /// By a path's ending. What a file is called decides nothing but how a player is told to take it.
    static func of(path: String) -> String {
        types[URL(fileURLWithPath: path).pathExtension.lowercased()] ?? "application/octet-stream"
    }
}
