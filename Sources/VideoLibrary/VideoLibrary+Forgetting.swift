import Foundation
import GRDB

/// Taking videos out of a library.
///
/// What was computed of a video goes with it: its features, and its rows among the vectors, whose room the disk gets back
/// and later videos reuse. A file outside of the library is never touched; one that still lies in an indexed folder comes
/// back when the folder is indexed again. This may run beside an indexing process and beside searches.
extension VideoLibrary {
    /// Takes a video out, wherever its files lie. Uploads, whose files lie in the library itself, go for good.
    ///
    /// - Returns: The video as it was; nil where the library does not have it.
    @discardableResult
    public func forget(_ hash: String) throws -> LibraryVideo? {
        try forget { database in
            guard let video = try EncodingStore.video(hash, in: database) else { return [] }
            let paths = try String.fetchAll(
                database, sql: "SELECT path FROM file WHERE videoId = ?", arguments: [video])
            return [Farewell(video: video, paths: paths)]
        }.first
    }

    /// Takes files out, and the videos of which no other file is known.
    ///
    /// - Parameter paths: Files, or folders with all that was seen below them; they need not be there any more.
    /// - Returns: The videos that went, as they were.
    @discardableResult
    public func forget(filesAt paths: [String]) throws -> [LibraryVideo] {
        let roots = paths.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
        return try forget { database in
            let files = try FileRecord.fetchAll(database).filter { VideoScan.covers($0.path, roots) }
            for file in files where file.videoId == nil { try store.discardFile(file.path, from: database) }
            return Dictionary(grouping: files) { $0.videoId }.compactMap { video, own in
                video.map { Farewell(video: $0, paths: own.map(\.path)) }
            }
        }
    }

    /// Takes out the videos of which no file was left when their folders were looked through last, and all that is known of
    /// files that are gone.
    ///
    /// - Returns: The videos that went, as they were.
    @discardableResult
    public func forgetGone() throws -> [LibraryVideo] {
        try forget { database in
            try database.execute(sql: "DELETE FROM file WHERE isGone AND videoId IS NULL")
            let gone = try Row.fetchAll(
                database,
                sql:
                    "SELECT video.id, path FROM video LEFT JOIN file ON videoId = video.id WHERE isGone OR path IS NULL"
            )
            return Dictionary(grouping: gone) { $0[0] as Int64 }.map { video, rows in
                Farewell(video: video, paths: rows.compactMap { $0[1] as String? })
            }
        }
    }

    private var store: EncodingStore { EncodingStore(folder: folder) }

    /// Files of a video that are to go.
    private struct Farewell {
        let video: Int64
        let paths: [String]
    }

    /// Takes out files of videos, and those of the videos that have none left, in one transaction.
    private func forget(_ choose: (Database) throws -> [Farewell]) throws -> [LibraryVideo] {
        let forgotten = try database.queue.write { database in
            try choose(database).compactMap { farewell -> LibraryVideo? in
                let video = farewell.video
                let before = try VideoRecord.fetchOne(database, key: video).map { try Self.video($0, database) }
                for path in farewell.paths { try store.discardFile(path, from: database) }
                let left = try Int.fetchOne(
                    database, sql: "SELECT COUNT(*) FROM file WHERE videoId = ?", arguments: [video])
                guard left == 0 else { return nil }
                try store.discard(video, from: database)
                return before
            }
        }
        try store.sweep(database.queue)
        return forgotten.sorted { $0.name < $1.name }
    }
}
