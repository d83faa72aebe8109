import Foundation
import GRDB

/// How far a space's vectors were uploaded to a vector database.
struct VectorUploadRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "vectorUpload"

    var spaceId: Int64
    /// ``VectorDatabase/address``.
    var address: String
    /// ``VectorCollection/id``.
    var collection: String
    /// The latest encoding whose clips, with those of all before it, are there; 0 for none.
    var lastEncoding: Int64

    /// The record of a space and a database; nil where nothing was uploaded.
    static func one(_ space: Int64, _ address: String, in database: Database) throws -> VectorUploadRecord? {
        try fetchOne(
            database, sql: "SELECT * FROM vectorUpload WHERE spaceId = ? AND address = ?", arguments: [space, address])
    }
}

/// A video that was forgotten here and may still be in a vector database.
struct ForgottenUpload: Codable, Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "forgottenUpload"

    let id: Int64
    let spaceId: Int64
    let address: String
    let hash: String

    static func all(of upload: VectorUploadRecord, in database: Database) throws -> [ForgottenUpload] {
        try fetchAll(
            database, sql: "SELECT * FROM forgottenUpload WHERE spaceId = ? AND address = ? ORDER BY id",
            arguments: [upload.spaceId, upload.address])
    }

    /// Notes that a video goes, for every database that its clips may be in.
    static func note(_ video: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO forgottenUpload (spaceId, address, hash) SELECT vectorUpload.spaceId, address, hash
                FROM vectorUpload JOIN encoding ON encoding.spaceId = vectorUpload.spaceId
                JOIN video ON video.id = videoId WHERE videoId = ?
                """, arguments: [video])
    }
}

/// How far a space's vectors were uploaded to a vector database.
public struct VectorUploadInfo: Hashable, Sendable {
    /// ``LibraryEncoder/space``.
    public let space: String
    /// ``VectorDatabase/address``.
    public let address: String
    /// Clips that are there.
    public let clips: Int
    /// Clips that came later: a search compares them one by one.
    public let later: Int
}
