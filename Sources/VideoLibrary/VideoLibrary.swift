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

    /// Opens a library.
    ///
    /// - Parameter creating: Whether to make it where there is none.
    /// - Throws: ``LibraryError``.
    public init(at url: URL, creating: Bool = false) throws(LibraryError) {
        folder = LibraryFolder(url: url)
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
    ///   - candidates: Clips that the first stage keeps.
    ///   - count: Moments at most.
    /// - Throws: ``LibraryError``, and what the grounder throws.
    public func search(
        vector: [Float], space: String, grounder: any StretchGrounder, filter: LibraryFilter = LibraryFilter(),
        candidates: Int = 200, count: Int = 10
    ) throws -> [LibraryHit] {
        let known = try spaces()
        guard
            let record = try database.queue.read({
                try SpaceRecord.fetchOne($0, sql: "SELECT * FROM space WHERE name = ?", arguments: [space])
            }), let id = record.id
        else {
            throw LibraryError.otherEncoders(asked: space, known: known)
        }
        let places = try places(in: id, filter)
        guard !places.isEmpty, vector.count == record.width else { return [] }
        let rows = try VectorFile(url: folder.vectors(space: id), width: record.width).rows(
            places.map(\.end).max() ?? 0)
        let near = ExactSearch(rows).nearest(to: vector, count: candidates, in: places.map(\.rows))
        return try hits(near, places, filter, space: space, grounder: grounder, count: count)
    }

    private func hits(
        _ near: [Candidate], _ places: [Place], _ filter: LibraryFilter, space: String,
        grounder: any StretchGrounder, count: Int
    ) throws -> [LibraryHit] {
        var byPlace: [Int: [Candidate]] = [:]
        for candidate in near {
            byPlace[Self.index(of: candidate.row, in: places), default: []].append(candidate)
        }
        let features = EncodedVideoCache(folder: folder.features, limit: .max)
        let paths = try paths(of: byPlace.keys.map { places[$0] }, filter)
        var hits: [LibraryHit] = []
        for (index, own) in byPlace {
            let place = places[index]
            guard let files = paths[place.id],
                let video = features.video(for: Self.featureKey(place.hash, space: space))
            else { continue }
            let clips = own.map { $0.row - place.rows.lowerBound }
            for range in EncodedStretch.ranges(around: clips, of: video.clipCount, longest: grounder.longestStretch) {
                let stretch = EncodedStretch(video, clips: range)
                let cosine = own.filter { range.contains($0.row - place.rows.lowerBound) }.map(\.cosine).max() ?? 0
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

    // MARK: Places

    /// A video's rows in a space.
    private struct Place {
        let id: Int64
        let hash: String
        let duration: Double
        let rows: Range<Int>
        var end: Int { rows.upperBound }
    }

    /// By row.
    private func places(in space: Int64, _ filter: LibraryFilter) throws -> [Place] {
        try database.queue.read { database in
            let (condition, arguments) = filter.videos
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT video.id AS id, hash, duration, firstRow, clips FROM encoding
                    JOIN video ON video.id = encoding.videoId
                    WHERE encoding.spaceId = ? AND \(condition) ORDER BY firstRow
                    """, arguments: [space] + arguments)
            return rows.map { row in
                let first: Int = row["firstRow"]
                let clips: Int = row["clips"]
                return Place(
                    id: row["id"], hash: row["hash"], duration: row["duration"], rows: first..<(first + clips))
            }
        }
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

    /// The place that holds a row; one does.
    private static func index(of row: Int, in places: [Place]) -> Int {
        var (low, high) = (0, places.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if places[middle].rows.lowerBound <= row { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// What a video's features are found by.
    static func featureKey(_ hash: String, space: String) -> String {
        EncodedVideo.key(video: hash, encoders: [space], clipLength: "library")
    }
}
