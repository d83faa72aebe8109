import Finding
import Foundation
import GRDB
import TensorFiles

/// Puts encoded videos into a library, and takes them out again.
///
/// All of it happens inside of the caller's transaction, one writer at a time. What lies in files is there before the
/// transaction that makes it count ends, and is removed only after the one that made it count no longer.
struct EncodingStore: Sendable {
    let folder: LibraryFolder

    /// An encoded video on its way in.
    struct Entry {
        let hash: String
        /// What its vectors can be compared in.
        let space: String
        let video: EncodedVideo
        /// As ``VectorFile/stored(_:)`` makes them: clips×width.
        let vectors: StoredTensor
        /// When the video was taken up first, where the library does not have it yet.
        let added: Date
    }

    /// Adds a video's encoding; the library has none of it in this space.
    ///
    /// - Returns: The video's row.
    /// - Throws: ``LibraryError``, and what the database and the features' file throw.
    func add(_ entry: Entry, to database: Database) throws -> Int64 {
        let (clips, width) = (entry.vectors.shape[0], entry.vectors.shape[1])
        let space = try space(entry.space, width: width, in: database)
        let first = try freeRow(for: clips, in: space, database)
        try folder.features.store(entry.video, for: LibraryFolder.featureKey(entry.hash, space: entry.space))
        try VectorFile(url: folder.vectors(space: space), width: width).write(entry.vectors, at: first)
        let video = try video(entry, in: database)
        var encoding = EncodingRecord(
            id: nil, videoId: video, spaceId: space, firstRow: first, clips: clips, clipLength: entry.video.clipLength)
        try encoding.insert(database)
        return video
    }

    /// Whether a video was encoded in a space.
    static func hasEncoding(_ video: Int64, space: String, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (SELECT 1 FROM encoding JOIN space ON space.id = spaceId WHERE videoId = ? AND name = ?)
                """, arguments: [video, space]) ?? false
    }

    /// The row of a video that was encoded in a space; nil where the library has no such video or encoding.
    static func encodedVideo(_ hash: String, space: String, in database: Database) throws -> Int64? {
        try video(hash, in: database).flatMap { try hasEncoding($0, space: space, in: database) ? $0 : nil }
    }

    /// The row of a video; nil where the library does not have it.
    static func video(_ hash: String, in database: Database) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT id FROM video WHERE hash = ?", arguments: [hash])
    }

    /// Takes a video out. Its features, rows and uploads are removed by ``sweep(_:)``.
    func discard(_ video: Int64, from database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO discardedRows (spaceId, hash, firstRow, clips) SELECT spaceId, hash, firstRow, clips
                FROM encoding JOIN video ON video.id = videoId WHERE videoId = ?
                """, arguments: [video])
        try ForgottenUpload.note(video, in: database)
        try database.execute(sql: "DELETE FROM video WHERE id = ?", arguments: [video])
    }

    /// Takes a file out. An upload is removed by ``sweep(_:)``, others stay.
    func discardFile(_ path: String, from database: Database) throws {
        if folder.holdsUpload(path) {
            try database.execute(sql: "INSERT OR IGNORE INTO discardedFile (path) VALUES (?)", arguments: [path])
        }
        try database.execute(sql: "DELETE FROM file WHERE path = ?", arguments: [path])
    }

    /// Removes what earlier transactions took out, also those of a process that was killed behind them.
    func sweep(_ queue: DatabaseQueue) throws {
        let isClean = try queue.read { database in
            try DiscardedRows.fetchCount(database) == 0 && DiscardedFile.fetchCount(database) == 0
        }
        guard !isClean else { return }
        try queue.write { database in
            for rows in try DiscardedRows.fetchAll(database) { try remove(rows, in: database) }
            for file in try DiscardedFile.fetchAll(database) { try remove(file, in: database) }
        }
    }

    private func remove(_ rows: DiscardedRows, in database: Database) throws {
        guard let space = try SpaceRecord.fetchOne(database, key: rows.spaceId) else { return }
        // It may have been taken up again meanwhile: then its features are the new ones.
        if try Self.encodedVideo(rows.hash, space: space.name, in: database) == nil {
            folder.features.remove(LibraryFolder.featureKey(rows.hash, space: space.name))
        }
        VectorFile(url: folder.vectors(space: rows.spaceId), width: space.width).discard(
            rows.firstRow..<rows.firstRow + rows.clips)
        try rows.delete(database)
    }

    private func remove(_ file: DiscardedFile, in database: Database) throws {
        // Asked again: the list may be older than the rule, or of somebody else.
        if try folder.holdsUpload(file.path) && !FileRecord.exists(database, key: file.path) {
            try? FileManager.default.removeItem(atPath: file.path)
            // An upload has a folder of its own; one that holds more stays.
            rmdir((file.path as NSString).deletingLastPathComponent)
        }
        try file.delete(database)
    }

    // MARK: Records

    /// The first of so many rows that nobody has: a gap that was left, or what is behind the last.
    private func freeRow(for clips: Int, in space: Int64, _ database: Database) throws -> Int {
        let taken = try Row.fetchCursor(
            database,
            sql: """
                SELECT firstRow, clips FROM encoding WHERE spaceId = ?1
                UNION ALL SELECT firstRow, clips FROM discardedRows WHERE spaceId = ?1 ORDER BY firstRow
                """, arguments: [space])
        var end = 0
        while let row = try taken.next() {
            let first: Int = row[0]
            if first - end >= clips { break }
            end = max(end, first + row[1])
        }
        return end
    }

    private func space(_ name: String, width: Int, in database: Database) throws -> Int64 {
        if let known = try SpaceRecord.named(name, in: database)?.id { return known }
        var space = SpaceRecord(id: nil, name: name, width: width)
        try space.insert(database)
        return space.id ?? database.lastInsertedRowID
    }

    private func video(_ entry: Entry, in database: Database) throws -> Int64 {
        if let known = try Self.video(entry.hash, in: database) { return known }
        var video = VideoRecord(id: nil, hash: entry.hash, duration: entry.video.duration, added: entry.added)
        try video.insert(database)
        return video.id ?? database.lastInsertedRowID
    }
}

/// Rows of a video that was taken out: nobody's, and not free before its features are removed.
private struct DiscardedRows: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "discardedRows"

    let id: Int64
    let spaceId: Int64
    let hash: String
    let firstRow: Int
    let clips: Int
}

/// A file in the library's folder that is no longer needed.
private struct DiscardedFile: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "discardedFile"

    let path: String
}
