import Finding
import Foundation
import GRDB

/// The videos themselves: a list by the page, one by its content, and what is known of it.
extension VideoLibrary {
    /// The folder that all of it lies in.
    public var url: URL { folder.url }

    /// A part of a list of videos.
    public struct Page: Hashable, Sendable {
        /// The latest first.
        public let videos: [LibraryVideo]
        /// How many fit in all.
        public let total: Int
        /// Where the next page begins; nil on the last.
        public let next: Int64?
    }

    /// A page of the videos that fit, those that were taken up last first.
    ///
    /// Pages stay in step while videos are taken up: a later one never moves a video to another page.
    ///
    /// - Parameters:
    ///   - filter: Which videos fit; by default all that are there.
    ///   - limit: How many at most.
    ///   - cursor: ``Page/next`` of the page before; nil for the first.
    public func videos(
        _ filter: LibraryFilter = LibraryFilter(), limit: Int = 50, cursor: Int64? = nil
    ) throws -> Page {
        precondition(limit > 0, "a page of \(limit) videos")
        return try database.queue.read { database in
            let (condition, arguments) = filter.videos
            let fitting = "FROM video WHERE \(condition)"
            let total = try Int.fetchOne(database, sql: "SELECT COUNT(*) \(fitting)", arguments: arguments) ?? 0
            let page = try VideoRecord.fetchAll(
                database, sql: "SELECT * \(fitting) AND id < ? ORDER BY id DESC LIMIT ?",
                arguments: arguments + [cursor ?? .max, limit + 1])
            return Page(
                videos: try page.prefix(limit).map { try Self.video($0, database) }, total: total,
                next: page.count > limit ? page[limit - 1].id : nil)
        }
    }

    /// The video of a content; nil where the library has none, also one of which no file is left.
    public func video(_ hash: String) throws -> LibraryVideo? {
        try database.queue.read { database in
            try VideoRecord.fetchOne(database, sql: "SELECT * FROM video WHERE hash = ?", arguments: [hash])
                .map { try Self.video($0, database) }
        }
    }

    /// The content that was seen at a path last; nil where nothing was, or nothing that could be read.
    public func hash(ofFileAt path: String) throws -> String? {
        try database.queue.read { database in
            try String.fetchOne(
                database, sql: "SELECT hash FROM video JOIN file ON file.videoId = video.id WHERE path = ?",
                arguments: [path])
        }
    }

    /// A video's features in a space; nil where it was not encoded in it.
    public func encodedVideo(_ hash: String, space: String) throws -> EncodedVideo? {
        guard let video = try video(hash), video.encodings.contains(where: { $0.space == space }) else { return nil }
        return folder.encodedVideo(hash, space: space)
    }

    static func video(_ record: VideoRecord, _ database: Database) throws -> LibraryVideo {
        let files = try FileRecord.fetchAll(
            database, sql: "SELECT * FROM file WHERE videoId = ? ORDER BY isGone, path", arguments: [record.id])
        let encodings = try Row.fetchAll(
            database,
            sql: """
                SELECT name, clips, clipLength FROM encoding JOIN space ON space.id = spaceId
                WHERE videoId = ? ORDER BY encoding.id
                """, arguments: [record.id])
        return LibraryVideo(
            hash: record.hash, duration: record.duration, added: record.added,
            files: files.map { .init(path: $0.path, size: $0.size, modified: $0.modified, isGone: $0.isGone) },
            encodings: encodings.map { .init(space: $0["name"], clips: $0["clips"], clipLength: $0["clipLength"]) })
    }
}
