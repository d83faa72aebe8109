import Foundation
import GRDB
import TensorFiles
import Torch

/// How the first stage of a search finds its clips.
public enum CandidateChoice: String, CaseIterable, Sendable {
    /// By the vector database where the library was given one; by the index where there is one and many clips are to be
    /// looked through; exactly otherwise.
    case automatic
    /// All clips are compared.
    case exact
    /// By the index wherever there is one.
    case approximate
}

/// Indexes that let a search pass most clips over.
extension VideoLibrary {
    /// Clips below which an index is not worth it, and cannot be learned.
    public static let leastIndexedClips = CompressedIndexBuilder.least
    /// Clips below which the exact search is as fast.
    private static let worthwhile = 50_000

    /// The indexes that there are.
    public func vectorIndexes() throws -> [VectorIndexInfo] {
        try database.queue.read { database in
            try VectorIndexRecord.fetchAll(database).compactMap { try Self.info($0, database) }
        }
    }

    /// The index over a space's vectors; nil where there is none.
    public func vectorIndex(space: String) throws -> VectorIndexInfo? {
        try vectorIndexes().first { $0.space == space }
    }

    /// Whether a space's clips are so many that an index is worth it, and there is none, or one that is stale.
    public func wantsVectorIndex(space: String, from clips: Int = 1_000_000) throws -> Bool {
        if let index = try vectorIndex(space: space) { return index.isStale }
        return try source(space).map { $0.places.clips >= clips } ?? false
    }

    /// Builds the index over a space's clips, in place of an earlier one, which answers until it is replaced.
    ///
    /// Nobody indexes into the library meanwhile. What is killed in the middle leaves the earlier index. Where `progress`
    /// returns false, building stops with `CancellationError`.
    ///
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
        guard source.places.clips >= Self.leastIndexedClips else {
            throw LibraryError.tooFewClips(source.places.clips, needed: Self.leastIndexedClips)
        }
        try removeOldIndexes(space: source.id)
        defer { try? removeOldIndexes(space: source.id) }
        let vectors = try VectorFile(url: folder.vectors(space: source.id), width: source.width).rows(source.places.end)
        let name = folder.indexName(space: source.id)
        do {
            let (search, recall) = try ApproximateSearch.built(
                over: vectors, in: source.places.rows, at: folder.url.appendingPathComponent(name), progress: progress)
            let record = VectorIndexRecord(
                spaceId: source.id, file: name, lastEncoding: source.places.lastEncoding,
                clips: source.places.clips, probes: search.effort.probes, pool: search.effort.pool, recall: recall,
                built: Date())
            try database.queue.write { try record.upsert($0) }
        } catch let error as FaissError {
            throw LibraryError.unusable(folder: folder.url.path, reason: "FAISS: \(error)")
        }
        return try vectorIndex(space: space)!
    }

    /// Removes files of indexes that are not in the database: earlier ones, which who has them mapped keeps, and those whose
    /// building failed or was killed.
    private func removeOldIndexes(space: Int64) throws {
        let current = try database.queue.read { try VectorIndexRecord.fetchOne($0, key: space) }
        folder.removeIndexes(space: space, except: current?.file)
    }

    /// A space with all of its clips, also of videos that are gone.
    struct Source {
        let id: Int64
        let width: Int
        let places: Places
    }

    func source(_ space: String) throws -> Source? {
        try database.queue.read { database in
            guard let record = try SpaceRecord.named(space, in: database), let id = record.id else { return nil }
            var all = LibraryFilter()
            all.includesGone = true
            return Source(
                id: id, width: record.width, places: try placeCache.places(all, space: id, in: database))
        }
    }

    private static func info(_ record: VectorIndexRecord, _ database: Database) throws -> VectorIndexInfo? {
        guard let space = try SpaceRecord.fetchOne(database, key: record.spaceId)?.name else { return nil }
        let (covered, later) = try EncodingRecord.clips(
            space: record.spaceId, upTo: record.lastEncoding, in: database)
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
        if choice == .automatic, let (search, last) = try databaseSearch(places, space: id, exact: exact) {
            let (covered, later) = places.divided(after: last)
            return try search.nearest(to: vector, count: count, in: covered, or: exact, in: later)
        }
        guard choice != .exact, let record = try database.queue.read({ try VectorIndexRecord.fetchOne($0, key: id) })
        else { return exact.nearest(to: vector, count: count, in: places.rows) }
        let (covered, later) = places.divided(after: record.lastEncoding)
        let isMany = covered.reduce(0) { $0 + $1.count } >= Self.worthwhile
        // An index that is replaced just now, or that was not copied along, is no reason to fail.
        guard isMany || choice == .approximate,
            let index = openIndexes.index(folder.url.appendingPathComponent(record.file)), index.width == space.width
        else { return exact.nearest(to: vector, count: count, in: places.rows) }
        return try ApproximateSearch(index: index, exact: exact, effort: record.effort)
            .nearest(to: vector, count: count, in: covered, or: exact, in: later)
    }
}

extension CandidateSearch {
    /// The nearest rows of those that this search covers, and of later ones, which are compared one by one.
    fileprivate func nearest(
        to vector: [Float], count: Int, in covered: [Range<Int>], or exact: ExactSearch, in later: [Range<Int>]
    ) throws -> [Candidate] {
        Candidate.best(
            count,
            of: try nearest(to: vector, count: count, in: covered)
                + exact.nearest(to: vector, count: count, in: later))
    }
}
