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
    let clipLength: Double?

    enum CodingKeys: String, CodingKey {
        case id, name, paths, duration, added, isGone, isSearchable, clips, clipLength
    }

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

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(id, forKey: .id)
        try fields.encode(name, forKey: .name)
        try fields.encode(paths, forKey: .paths)
        try fields.encode(duration, forKey: .duration)
        try fields.encode(added, forKey: .added)
        try fields.encode(isGone, forKey: .isGone)
        try fields.encode(isSearchable, forKey: .isSearchable)
        try fields.encode(clips, forKey: .clips)
        try fields.encode(clipLength, forKey: .clipLength)
    }
}

/// A page of videos.
struct VideoPage: Encodable, Sendable {
    let videos: [VideoObject]
    let total: Int
    let next: String?

    enum CodingKeys: String, CodingKey { case videos, total, next }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(videos, forKey: .videos)
        try fields.encode(total, forKey: .total)
        try fields.encode(next, forKey: .next)
    }
}

/// A video and what its file says of itself.
struct VideoDetail: Encodable, Sendable {
    struct Media: Encodable, Sendable {
        let type, container, codec: String
        let width, height: Int
        let frameRate: Double?
        let hasAudio: Bool
        let bytes: Int64

        enum CodingKeys: String, CodingKey { case type, container, codec, width, height, frameRate, hasAudio, bytes }

        init(_ info: VideoInfo, path: String, bytes: Int64) {
            type = VideoMediaType.of(path: path)
            (container, codec) = (info.container, info.codec)
            (width, height) = (info.width, info.height)
            frameRate = info.frameRate
            hasAudio = info.hasAudio
            self.bytes = bytes
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(type, forKey: .type)
            try fields.encode(container, forKey: .container)
            try fields.encode(codec, forKey: .codec)
            try fields.encode(width, forKey: .width)
            try fields.encode(height, forKey: .height)
            try fields.encode(frameRate, forKey: .frameRate)
            try fields.encode(hasAudio, forKey: .hasAudio)
            try fields.encode(bytes, forKey: .bytes)
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
