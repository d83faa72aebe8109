import Foundation
import GRDB

/// The library's tables. What stands here is what the library has; files beside it may hold more, which does not count.
///
/// A video is its content, known by its hash. Files are places where a video was seen. A space is what vectors can be
/// compared in: one kind of encoders with their weights and clip length. An encoding is a video in a space: its rows in
/// the space's vectors, and its features.
struct LibraryDatabase: Sendable {
    let queue: DatabaseQueue

    /// Opens the database, and brings its tables up to this version.
    ///
    /// - Throws: ``LibraryError``.
    init(_ folder: LibraryFolder) throws(LibraryError) {
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { database in
                // Readers go on while an index is written, and a power cut takes the last video at most.
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                database.add(function: LibraryFilter.holdsText)
            }
            queue = try DatabaseQueue(path: folder.database.path, configuration: configuration)
            let migrator = Self.migrator
            if try queue.read(migrator.hasBeenSuperseded) { throw LibraryError.newer(folder: folder.url.path) }
            try migrator.migrate(queue)
        } catch let error as LibraryError {
            throw error
        } catch {
            throw .unusable(folder: folder.url.path, reason: "\(error)")
        }
    }

    /// Named steps; they are only ever added to.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("videos, files, spaces, encodings") { database in
            try database.create(table: "video") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("hash", .text).notNull().unique()
                table.column("duration", .double).notNull()
                table.column("added", .datetime).notNull()
            }
            try database.create(table: "file") { table in
                table.primaryKey("path", .text)
                table.belongsTo("video", onDelete: .cascade)
                table.column("size", .integer).notNull()
                table.column("modified", .double).notNull()
                table.column("isGone", .boolean).notNull().defaults(to: false)
                table.column("problem", .text)
            }
            try database.create(table: "space") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("name", .text).notNull().unique()
                table.column("width", .integer).notNull()
            }
            try database.create(table: "encoding") { table in
                table.autoIncrementedPrimaryKey("id")
                table.belongsTo("video", onDelete: .cascade).notNull()
                table.belongsTo("space", onDelete: .cascade).notNull()
                table.column("firstRow", .integer).notNull()
                table.column("clips", .integer).notNull()
                table.column("clipLength", .double).notNull()
                table.uniqueKey(["videoId", "spaceId"])
            }
            try database.create(indexOn: "encoding", columns: ["spaceId", "firstRow"])
        }
        migrator.registerMigration("what was taken out and is still to be removed") { database in
            try database.create(table: "discardedRows") { table in
                table.autoIncrementedPrimaryKey("id")
                table.belongsTo("space", onDelete: .cascade).notNull()
                table.column("hash", .text).notNull()
                table.column("firstRow", .integer).notNull()
                table.column("clips", .integer).notNull()
            }
            try database.create(table: "discardedFile") { table in
                table.primaryKey("path", .text)
            }
        }
        migrator.registerMigration("indexes over vectors") { database in
            try database.create(table: "vectorIndex") { table in
                table.primaryKey("spaceId", .integer).references("space", onDelete: .cascade)
                table.column("file", .text).notNull()
                table.column("lastEncoding", .integer).notNull()
                table.column("clips", .integer).notNull()
                table.column("probes", .integer).notNull()
                table.column("pool", .integer).notNull()
                table.column("recall", .double).notNull()
                table.column("built", .datetime).notNull()
            }
        }
        migrator.registerMigration("uploads to vector databases") { database in
            try database.create(table: "vectorUpload") { table in
                table.belongsTo("space", onDelete: .cascade).notNull()
                table.column("address", .text).notNull()
                table.column("collection", .text).notNull()
                table.column("lastEncoding", .integer).notNull()
                table.primaryKey(["spaceId", "address"])
            }
            try database.create(table: "forgottenUpload") { table in
                table.autoIncrementedPrimaryKey("id")
                table.belongsTo("space", onDelete: .cascade).notNull()
                table.column("address", .text).notNull()
                table.column("hash", .text).notNull()
            }
        }
        return migrator
    }
}

/// A video's content.
struct VideoRecord: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "video"

    var id: Int64?
    var hash: String
    var duration: Double
    var added: Date

    mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// A place where a video was seen, or where something was that could not be read.
struct FileRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "file"

    var path: String
    /// Nil where nothing could be read.
    var videoId: Int64?
    var size: Int64
    /// Seconds since 1970.
    var modified: Double
    var isGone = false
    /// Why nothing could be read.
    var problem: String?
}

/// What vectors can be compared in.
struct SpaceRecord: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "space"

    var id: Int64?
    var name: String
    var width: Int

    /// The space of a name; nil where nothing was encoded in it.
    static func named(_ name: String, in database: Database) throws -> SpaceRecord? {
        try fetchOne(database, sql: "SELECT * FROM space WHERE name = ?", arguments: [name])
    }

    mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// A video in a space.
struct EncodingRecord: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "encoding"

    var id: Int64?
    var videoId: Int64
    var spaceId: Int64
    var firstRow: Int
    var clips: Int
    var clipLength: Double

    mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

    /// How many clips of a space encodings up to one have, and how many later ones.
    static func clips(
        space: Int64, upTo last: Int64, in database: Database
    ) throws -> (covered: Int, later: Int) {
        func clips(_ condition: String) throws -> Int {
            try Int.fetchOne(
                database, sql: "SELECT SUM(clips) FROM encoding WHERE spaceId = ? AND id \(condition) ?",
                arguments: [space, last]) ?? 0
        }
        return (try clips("<="), try clips(">"))
    }
}
