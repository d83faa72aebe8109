import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Media
import VideoLibrary

/// The library's videos: the list, each one, its file, pictures and clips.
struct VideoRoutes: Sendable {
    let library: VideoLibrary
    let space: String
    let settings: ServerSettings
    let room: PictureRoom
    let thumbnails: Thumbnails
    let clips: Clips

    func numbers(_ request: Request, _ context: ServerContext) async throws -> Response {
        let contents = try await offLoop { [library] in try library.contents() }
        return Response(
            json: LibraryNumbers(
                videos: contents.videos, files: contents.files, gone: contents.gone, failed: contents.failed,
                clips: contents.clips, seconds: contents.seconds, uploadLimit: settings.uploadLimit,
                clipLimit: settings.clipLimit))
    }

    func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let query = try QueryValues(of: request)
        let filter = try VideoFilters(query).filter
        let limit = try query.integer("limit", in: 1...200) ?? 50
        var cursor: Int64?
        if let text = try query.text("cursor") {
            guard text.wholeMatch(of: /[0-9]{1,18}/) != nil, let number = Int64(text) else {
                throw Failure.invalid("cursor: give `next` of the page before.")
            }
            cursor = number
        }
        let page = try await offLoop { [library, cursor] in
            try library.videos(filter, limit: limit, cursor: cursor)
        }
        return Response(
            json: VideoPage(
                videos: page.videos.map { VideoObject($0, space: space) }, total: page.total,
                next: page.next.map { "\($0)" }))
    }

    func detail(_ request: Request, _ context: ServerContext) async throws -> Response {
        let video = try await video(context)
        let media = try await offLoop {
            video.files.first { $0.isAsTakenUp }.flatMap { file -> VideoDetail.Media? in
                guard let info = try? VideoInfo(of: URL(fileURLWithPath: file.path)) else { return nil }
                return VideoDetail.Media(info, path: file.path, bytes: file.size)
            }
        }
        return Response(json: VideoDetail(video: VideoObject(video, space: space), media: media))
    }

    func remove(_ request: Request, _ context: ServerContext) async throws -> Response {
        let video = try await video(context)
        guard try await offLoop({ [library] in try library.forget(video.hash) }) != nil else { throw Self.missing }
        context.logger.info("video removed", metadata: ["video": "\(video.hash)"])
        return Response(status: .noContent)
    }

    func file(_ request: Request, _ context: ServerContext) async throws -> Response {
        let video = try await video(context)
        let (file, path) = try await offLoop { () throws -> (OpenFile, String) in
            for file in video.files {
                if let open = OpenFile(file.path), open.size == file.size, open.modified == file.modified {
                    return (open, file.path)
                }
            }
            throw Failure.gone(video.name)
        }
        var headers: HTTPFields = [:]
        headers[.contentDisposition] = Self.disposition("inline", name: video.name)
        return try Response(
            file, type: VideoMediaType.of(path: path), tag: video.hash, to: request, headers: headers)
    }

    func thumbnail(_ request: Request, _ context: ServerContext) async throws -> Response {
        let query = try QueryValues(of: request)
        let height = try query.integer("height", in: 32...720) ?? 120
        let text = context.parameters.get("seconds") ?? ""
        guard text.wholeMatch(of: /[0-9]{1,7}(\.[0-9]{1,3})?/) != nil, let seconds = Double(text) else {
            throw Failure.notFound("A picture is called by its seconds, as 12.jpg or 12.5.jpg.")
        }
        let video = try await video(context)
        let time = Int((min(seconds, video.duration) * 1000).rounded())
        let tag = "\(video.hash.prefix(16))-\(time)-\(height)"
        var headers: HTTPFields = [:]
        headers[.eTag] = "\"\(tag)\""
        // What a hash names never changes.
        headers[.cacheControl] = "private, max-age=86400, immutable"
        if Response.matches(request.headers[.ifNoneMatch], tag) {
            return Response(status: .notModified, headers: headers)
        }
        let source = try await source(of: video)
        let jpeg = try await thumbnails.jpeg(.init(video: video.hash, time: time, height: height), of: source)
        var response = Response(type: "image/jpeg", data: jpeg)
        for field in headers { response.headers.append(field) }
        return response
    }

    func clip(_ request: Request, _ context: ServerContext) async throws -> Response {
        let query = try QueryValues(of: request)
        guard let start = try query.number("start", in: 0...1e7), let end = try query.number("end", in: 0...1e7) else {
            throw Failure.invalid("start and end: give both, in seconds.")
        }
        let mode = try query.choice("mode", ClipMode.self) ?? .exact
        let isDownload = try query.flag("download") ?? false
        let video = try await video(context)
        guard start < video.duration, start < end else {
            throw Failure.invalid("start: give less than end and than the video's \(video.duration) s.")
        }
        let key = Clips.Key(
            video: video.hash, start: Int(start * 1000), end: Int((min(end, video.duration) * 1000).rounded(.up)),
            mode: mode)
        guard key.end > key.start, Double(key.end - key.start) / 1000 <= settings.clipLimit else {
            throw Failure.invalid("end: a clip has at most \(settings.clipLimit) s.")
        }
        if Response.matches(request.headers[.ifNoneMatch], key.name) {
            return Response(status: .notModified, headers: [.eTag: "\"\(key.name)\""])
        }
        let source = try await source(of: video)
        let (file, clip) = try await clips.open(key, of: source)
        var headers: HTTPFields = [:]
        headers[HTTPField.Name("Moments-Span")!] = "\(clip.span.lowerBound)-\(clip.span.upperBound)"
        let base = (video.name as NSString).deletingPathExtension
        headers[.contentDisposition] = Self.disposition(
            isDownload ? "attachment" : "inline", name: "\(base)-\(Self.plain(start))-\(Self.plain(end)).mp4")
        return try Response(file, type: "video/mp4", tag: key.name, to: request, headers: headers)
    }

    // MARK: What they share

    private static let missing = Failure.notFound("There is no such video.")

    private func video(_ context: ServerContext) async throws -> LibraryVideo {
        guard let id = context.parameters.get("id"), VideoID.isOne(id),
            let video = try await offLoop({ [library] in try library.video(id) })
        else { throw Self.missing }
        return video
    }

    /// A file that still holds what was taken up.
    private func source(of video: LibraryVideo) async throws -> URL {
        let path = try await offLoop { video.files.first { $0.isAsTakenUp }?.path }
        guard let path else { throw Failure.gone(video.name) }
        return URL(fileURLWithPath: path)
    }

    private static func plain(_ seconds: Double) -> String { String(format: "%.1f", seconds) }

    /// RFC 6266, with the name in both of its forms.
    private static func disposition(_ kind: String, name: String) -> String {
        let plain = String(
            name.unicodeScalars.map { scalar -> Character in
                let isPlain =
                    scalar.isASCII && scalar.value >= 32 && scalar.value != 127
                    && !"\"\\/%".unicodeScalars.contains(scalar)
                return isPlain ? Character(scalar) : "_"
            })
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        let encoded = name.addingPercentEncoding(withAllowedCharacters: unreserved) ?? plain
        return "\(kind); filename=\"\(plain)\"; filename*=UTF-8''\(encoded)"
    }
}
