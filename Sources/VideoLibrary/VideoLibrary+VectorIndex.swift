import Foundation
import GRDB
import TensorFiles
import Torch

/// How the first stage of a search finds its clips.
public enum CandidateChoice: String, CaseIterable, Sendable {
    /// By the index where there is one and many clips are to be looked through, exactly otherwise.
    case automatic
    /// All clips are compared.
    case exact
    /// By the index wherever there is one.
    case approximate
}

/// Indexes that let a search pass most clips over.
extension VideoLibrary {
    /// Clips below which the exact search is as fast.
    private static let worthwhile = 50_000

    /// The indexes that there are.
    public func vectorIndexes() throws -> [VectorIndexInfo] {
        try database.queue.read { database in
            try VectorIndexRecord.fetchAll(database).compactMap { try Self.info($0, database) }
        }
    }

    /// Whether a space's clips are so many that an index is worth it, and there is none, or one that is stale.
    public func wantsVectorIndex(space: String, from clips: Int = 1_000_000) throws -> Bool {
        if let index = try vectorIndexes().first(where: { $0.space == space }) { return index.isStale }
        return try source(space).map { $0.places.clips >= clips } ?? false
    }

    /// Builds the index over a space's clips, in place of an earlier one, which answers until it is replaced.
    ///
    /// Nobody indexes into the library meanwhile. What is killed in the middle leaves the earlier index.
    ///
    /// - Parameter progress: False stops with `CancellationError`.
    /// - Throws: ``LibraryError/tooFewClips(_:needed:)`` where it is not worth it.
    @discardableResult
    public func buildVectorIndex(
        space: String, progress: (VectorIndexStep) -> Bool = { _ in true }
    ) throws -> VectorIndexInfo {
        let lock = try LibraryLock(folder)
        defer { withExtendedLifetime(lock) {} }
        guard let source = try source(space) else {
            throw LibraryError.otherEncoders(asked: space, known: try spaces())
        }
        guard source.places.clips >= CompressedIndexBuilder.least else {
            throw LibraryError.tooFewClips(source.places.clips, needed: CompressedIndexBuilder.least)
        }
        folder.removeUnfinishedIndexes(space: source.id)
        let vectors = try VectorFile(url: folder.vectors(space: source.id), width: source.width).rows(source.places.end)
        let name = "index-\(source.id)-\(UUID().uuidString.lowercased()).faiss"
        let url = folder.url.appendingPathComponent(name)
        let part = url.appendingPathExtension("part")
        do {
            // Half a file is left where this fails, by whatever.
            defer { try? FileManager.default.removeItem(at: part) }
            let (search, recall) = try ApproximateSearch.built(
                over: vectors, in: source.places.rows, at: part, progress: progress)
            try FileManager.default.moveItem(at: part, to: url)
            try replaceIndex(
                VectorIndexRecord(
                    spaceId: source.id, file: name, lastEncoding: source.places.lastEncoding,
                    clips: source.places.clips, probes: search.effort.probes, pool: search.effort.pool,
                    recall: recall, built: Date()))
        } catch let error as FaissError {
            throw LibraryError.unusable(folder: folder.url.path, reason: "FAISS: \(error)")
        }
        return try vectorIndexes().first { $0.space == space }!
    }

    private func replaceIndex(_ record: VectorIndexRecord) throws {
        let before = try database.queue.write { database in
            let before = try VectorIndexRecord.fetchOne(database, key: record.spaceId)
            try record.upsert(database)
            return before
        }
        // Who has it mapped keeps it.
        if let before { try? FileManager.default.removeItem(at: folder.url.appendingPathComponent(before.file)) }
    }

    private struct Source {
        let id: Int64
        let width: Int
        let places: Places
    }

    private func source(_ space: String) throws -> Source? {
        try database.queue.read { database in
            guard
                let record = try SpaceRecord.fetchOne(
                    database, sql: "SELECT * FROM space WHERE name = ?", arguments: [space]), let id = record.id
            else { return nil }
            var all = LibraryFilter()
            all.includesGone = true
            return Source(
                id: id, width: record.width, places: try placeCache.places(all, space: id, in: database))
        }
    }

    private static func info(_ record: VectorIndexRecord, _ database: Database) throws -> VectorIndexInfo? {
        guard let space = try SpaceRecord.fetchOne(database, key: record.spaceId)?.name else { return nil }
        func clips(_ condition: String) throws -> Int {
            try Int.fetchOne(
                database, sql: "SELECT SUM(clips) FROM encoding WHERE spaceId = ? AND id \(condition) ?",
                arguments: [record.spaceId, record.lastEncoding]) ?? 0
        }
        let (covered, later) = (try clips("<="), try clips(">"))
        return VectorIndexInfo(
            space: space, clips: covered, later: later, recall: record.recall, effort: record.effort,
            built: record.built, isStale: later > max(10_000, covered / 5) || covered < record.clips * 4 / 5)
    }

    // MARK: Searching

    /// The clips that are nearest to a sentence.
    func candidates(
        for vector: [Float], count: Int, in places: Places, space: SpaceRecord, _ choice: CandidateChoice
    ) throws -> [Candidate] {
        guard let id = space.id else { return [] }
        let exact = ExactSearch(try VectorFile(url: folder.vectors(space: id), width: space.width).rows(places.end))
        guard choice != .exact, let record = try database.queue.read({ try VectorIndexRecord.fetchOne($0, key: id) })
        else { return exact.nearest(to: vector, count: count, in: places.rows) }
        let (covered, later) = places.divided(after: record.lastEncoding)
        let isMany = covered.reduce(0) { $0 + $1.count } >= Self.worthwhile
        // An index that is replaced just now, or that was not copied along, is no reason to fail.
        guard isMany || choice == .approximate,
            let index = openIndexes.index(folder.url.appendingPathComponent(record.file)), index.width == space.width
        else { return exact.nearest(to: vector, count: count, in: places.rows) }
        let search = ApproximateSearch(index: index, exact: exact, effort: record.effort)
        return Candidate.best(
            count,
            of: try search.nearest(to: vector, count: count, in: covered)
                + exact.nearest(to: vector, count: count, in: later))
    }
}

extension LibraryFolder {
    /// Removes what somebody who was killed left while building.
    func removeUnfinishedIndexes(space: Int64) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        where name.hasPrefix("index-\(space)-") && name.hasSuffix(".part") {
            try? FileManager.default.removeItem(at: url.appendingPathComponent(name))
        }
    }
}
