import Foundation
import GRDB

/// A vector database that finds the candidates of a search, in the place of this process.
extension VideoLibrary {
    /// How far each space was uploaded to which databases.
    public func vectorUploads() throws -> [VectorUploadInfo] {
        try database.queue.read { database in
            try VectorUploadRecord.fetchAll(database).compactMap { record in
                guard let space = try SpaceRecord.fetchOne(database, key: record.spaceId)?.name else { return nil }
                let clips = try EncodingRecord.clips(space: record.spaceId, upTo: record.lastEncoding, in: database)
                return VectorUploadInfo(space: space, address: record.address, clips: clips.covered, later: clips.later)
            }
        }
    }

    /// Brings a space's clips into the vector database of ``VideoLibrary/init(at:creating:vectors:)``, and removes there the
    /// videos that were forgotten here.
    ///
    /// Only what is not there yet is sent. What was stopped or killed at any point is gone on with by the same call. Several
    /// libraries may upload to one database, also at the same time; what one forgets that another has as well comes back
    /// there by a call with `again`.
    ///
    /// - Parameters:
    ///   - space: ``LibraryEncoder/space``.
    ///   - again: Look for each clip there, also for those of earlier calls.
    ///   - progress: Called with the clips that are there and those in all; false stops with `CancellationError`.
    /// - Returns: What was sent, known and removed.
    /// - Throws: ``VectorDatabaseError``, ``LibraryError``.
    @discardableResult
    public func uploadVectors(
        space: String, again: Bool = false, progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> VectorUploadReport {
        guard let vectors else { preconditionFailure("the library was opened without a vector database") }
        guard let source = try source(space) else {
            throw LibraryError.otherEncoders(asked: space, known: try spaces())
        }
        let collection = try vectors.open(space: space, width: source.width)
        var record =
            try database.queue.read { try VectorUploadRecord.one(source.id, vectors.address, in: $0) }
            ?? VectorUploadRecord(
                spaceId: source.id, address: vectors.address, collection: collection.id, lastEncoding: 0)
        // A collection that was made anew has nothing of what was sent to the earlier one.
        if again || record.collection != collection.id { record.lastEncoding = 0 }
        record.collection = collection.id
        try database.queue.write { [record] in try record.upsert($0) }
        var uploader = VectorUploader(
            queue: database.queue, collection: collection,
            vectors: try VectorFile(url: folder.vectors(space: source.id), width: source.width).rows(source.places.end),
            record: record)
        try uploader.upload(source.places, progress: progress)
        return uploader.report
    }

    /// The search by the database, and the latest encoding that it has; nil without a database, or where nothing was uploaded.
    func databaseSearch(
        _ places: Places, space: Int64, exact: ExactSearch
    ) throws -> (search: DatabaseSearch, last: Int64)? {
        guard let vectors,
            let record = try database.queue.read({ try VectorUploadRecord.one(space, vectors.address, in: $0) }),
            record.lastEncoding > 0
        else { return nil }
        let collection = vectors.collection(record.collection)
        return (DatabaseSearch(collection: collection, places: places, exact: exact), record.lastEncoding)
    }
}
