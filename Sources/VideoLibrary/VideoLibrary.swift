import Batches
import Finding
import Foundation
import GRDB
import Grounding
import Torch

/// Many videos that are searched together.
///
///     let library = try VideoLibrary(at: folder, creating: true)
///     let report = try library.index(VideoScan(["holidays"]), with: encoder)
///     let hits = try library.search(vector: sentence, space: encoder.space, grounder: model)
///
/// All of it lies in one folder, which can be copied: a database, features, vectors.
public final class VideoLibrary: Sendable {
    let folder: LibraryFolder
    let database: LibraryDatabase
    let placeCache = PlaceCache()
    let openIndexes = OpenIndexes()
    let vectors: (any VectorDatabase)?

    /// What a library holds.
    public struct Contents: Hashable, Sendable {
        /// Videos, by content.
        public let videos: Int
        /// Files that are there.
        public let files: Int
        /// Files that are no longer there.
        public let gone: Int
        /// Files that could not be read.
        public let failed: Int
        /// Clips in all spaces.
        public let clips: Int
        /// Seconds of video.
        public let seconds: Double
    }

    /// Opens the library in a folder; with `creating` it is made where there is none.
    ///
    /// A vector database finds the candidates of searches, once ``uploadVectors(space:again:progress:)`` has brought the clips
    /// there; it is not asked now.
    ///
    /// - Throws: ``LibraryError``.
    public init(
        at url: URL, creating: Bool = false, vectors: (any VectorDatabase)? = nil
    ) throws(LibraryError) {
        folder = LibraryFolder(url: url)
        self.vectors = vectors
        if creating {
            try folder.create()
        } else if !FileManager.default.fileExists(atPath: folder.database.path) {
            throw .missing(folder: url.path)
        }
        database = try LibraryDatabase(folder)
    }

    /// Takes up what is new or changed in files and folders, and marks what is gone.
    ///
    /// - Throws: ``LibraryError``; files that cannot be read are part of the report.
    public func index(
        _ scan: VideoScan, with encoder: any LibraryEncoder, observer: (any IndexObserver)? = nil
    ) throws -> IndexReport {
        try LibraryIndexer(folder: folder, database: database, encoder: encoder, observer: observer).index(scan)
    }

    /// Counts what is there.
    public func contents() throws -> Contents {
        try database.queue.read { database in
            func number<Value: DatabaseValueConvertible>(_ sql: String, _ none: Value) throws -> Value {
                try Value.fetchOne(database, sql: sql) ?? none
            }
            return Contents(
                videos: try number("SELECT COUNT(*) FROM video", 0),
                files: try number("SELECT COUNT(*) FROM file WHERE NOT isGone AND problem IS NULL", 0),
                gone: try number("SELECT COUNT(*) FROM file WHERE isGone", 0),
                failed: try number("SELECT COUNT(*) FROM file WHERE problem IS NOT NULL AND NOT isGone", 0),
                clips: try number("SELECT SUM(clips) FROM encoding", 0),
                seconds: try number("SELECT SUM(duration) FROM video", 0.0))
        }
    }

    /// The names of the spaces that videos were encoded in.
    public func spaces() throws -> [String] {
        try database.queue.read { try String.fetchAll($0, sql: "SELECT name FROM space ORDER BY id") }
    }

    /// The moments of all videos that a sentence describes, best first.
    ///
    /// Two stages: the clips nearest to the sentence choose videos and stretches of them, and the grounder says where in
    /// these the moments are.
    ///
    /// - Parameters:
    ///   - vector: The sentence in the space of the clips' vectors.
    ///   - space: ``LibraryEncoder/space``.
    ///   - grounder: The second stage.
    ///   - filter: Which videos count; by default all that are there.
    ///   - candidates: Clips that the first stage keeps.
    ///   - choice: How it finds them.
    ///   - count: Moments at most.
    /// - Throws: ``LibraryError``, ``VectorDatabaseError``, and what the grounder throws.
    public func search(
        vector: [Float], space: String, grounder: any StretchGrounder, filter: LibraryFilter = LibraryFilter(),
        candidates: Int = 200, choice: CandidateChoice = .automatic, count: Int = 10
    ) throws -> [LibraryHit] {
        let found = try database.queue.read { database -> (SpaceRecord, Places)? in
            guard let record = try SpaceRecord.named(space, in: database), let id = record.id else { return nil }
            return (record, try placeCache.places(filter, space: id, in: database))
        }
        guard let (record, places) = found else { throw LibraryError.otherEncoders(asked: space, known: try spaces()) }
        guard !places.rows.isEmpty, vector.count == record.width else { return [] }
        let near = try self.candidates(for: vector, count: candidates, in: places, space: record, choice)
        return try hits(near, places, filter, space: space, grounder: grounder, count: count)
    }

    private func hits(
        _ near: [Candidate], _ places: Places, _ filter: LibraryFilter, space: String,
        grounder: any StretchGrounder, count: Int
    ) throws -> [LibraryHit] {
        var clips: [Int64: [Candidate]] = [:]
        var chosen: [Place] = []
        for candidate in near {
            let place = places.place(of: candidate.row)
            if clips[place.id] == nil { chosen.append(place) }
            clips[place.id, default: []].append(
                Candidate(row: candidate.row - place.rows.lowerBound, cosine: candidate.cosine))
        }
        let paths = try paths(of: chosen, filter)
        var hits: [LibraryHit] = []
        for place in chosen {
            guard let files = paths[place.id], let own = clips[place.id],
                let video = folder.encodedVideo(place.hash, space: space)
            else { continue }
            let ranges = EncodedStretch.ranges(
                around: own.map(\.row), of: video.clipCount, longest: grounder.longestStretch)
            for range in ranges {
                let stretch = EncodedStretch(video, clips: range)
                let cosine = own.filter { range.contains($0.row) }.map(\.cosine).max() ?? 0
                hits += try grounder.moments(in: stretch).map { moment in
                    let span = Span(moment.span.start + stretch.start, moment.span.end + stretch.start)
                    return LibraryHit(
                        video: place.hash, paths: files, duration: place.duration,
                        moment: RankedMoment(span, score: moment.score, logit: moment.logit), cosine: cosine)
                }
            }
        }
        return Self.ranked(hits, count)
    }

    /// Best first, without those that another one of the same video covers.
    private static func ranked(_ hits: [LibraryHit], _ count: Int) -> [LibraryHit] {
        var kept: [LibraryHit] = []
        let order = hits.sorted {
            ($0.moment.score, $0.cosine, $1.video, $1.moment.span.start)
                > ($1.moment.score, $1.cosine, $0.video, $0.moment.span.start)
        }
        for hit in order where kept.count < count {
            let isFree = kept.allSatisfy { $0.video != hit.video || $0.moment.span.iou(hit.moment.span) <= 0.7 }
            if isFree { kept.append(hit) }
        }
        return kept
    }

    /// Where the videos of places lie, those first that are there.
    private func paths(of places: [Place], _ filter: LibraryFilter) throws -> [Int64: [String]] {
        try database.queue.read { database in
            let (condition, arguments) = filter.files
            let files = try FileRecord.fetchAll(
                database,
                sql: """
                    SELECT * FROM file WHERE videoId IN (\(databaseQuestionMarks(count: places.count))) AND \(condition)
                    ORDER BY isGone, path
                    """, arguments: StatementArguments(places.map(\.id)) + arguments)
            return Dictionary(grouping: files) { $0.videoId ?? 0 }.mapValues { $0.map(\.path) }
        }
    }
}
