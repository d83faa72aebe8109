import Coding
import Foundation
import Media
import VideoLibrary

/// A video of the library, as clients see it.
struct VideoObject: Encodable, Sendable {
    let id, name: String
    let paths: [String]
    let duration: Double
    let added: Date
    let isGone, isSearchable: Bool
    let clips: Int
    @Nullable var clipLength: Double?

    init(_ video: LibraryVideo, space: String) {
        let encoding = video.encodings.first { $0.space == space }
        id = video.hash
        name = video.name
        paths = video.files.map(\.path)
        duration = video.duration
        added = video.added
        isGone = video.isGone
        isSearchable = encoding != nil
        clips = encoding?.clips ?? 0
        clipLength = encoding?.clipLength
    }
}

/// A page of videos.
struct VideoPage: Encodable, Sendable {
    let videos: [VideoObject]
    let total: Int
    @Nullable var next: String?
}

/// A video and what its file says of itself.
struct VideoDetail: Encodable, Sendable {
    struct Media: Encodable, Sendable {
        let type, container, codec: String
        let width, height: Int
        @Nullable var frameRate: Double?
        let hasAudio: Bool
        let bytes: Int64

        init(_ info: VideoInfo, path: String, bytes: Int64) {
            type = VideoMediaType.of(path: path)
            (container, codec) = (info.container, info.codec)
            (width, height) = (info.width, info.height)
            frameRate = info.frameRate
            hasAudio = info.hasAudio
            self.bytes = bytes
        }
    }

    let video: VideoObject
    let media: Media?

    enum CodingKeys: String, CodingKey { case media }

    func encode(to encoder: any Encoder) throws {
        try video.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(media, forKey: .media)
    }
}

/// The library in numbers.
struct LibraryNumbers: Encodable, Sendable {
    let videos, files, gone, failed, clips: Int
    let seconds: Double
    let uploadLimit: Int64
    let clipLimit: Double
}
