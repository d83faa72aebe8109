import Finding
import Foundation
import GRDB
import Hashing
import Torch

/// Brings a library up to what lies in files and folders.
///
/// A file whose size and time are as they were is passed over. Otherwise its content is hashed: content that is known,
/// wherever it lay, is not encoded again. Each video is one transaction at its end, so that a process that is killed at any
/// point leaves all videos that it finished, and nothing of the others that counts.
struct LibraryIndexer {
    let folder: LibraryFolder
    let database: LibraryDatabase
    let encoder: any LibraryEncoder
    weak var observer: (any IndexObserver)?

    func index(_ scan: VideoScan) throws -> IndexReport {
        let lock = try LibraryLock(folder)
        defer { withExtendedLifetime(lock) {} }
        var report = IndexReport()
        for (index, file) in scan.files.enumerated() {
            observer?.began(file.path, index: index, of: scan.files.count)
            do {
                let outcome = try take(file)
                switch outcome {
                case .unchanged: report.unchanged += 1
                case .known: report.known += 1
                case .encoded: report.encoded += 1
                case .failed(let reason): report.failed[file.path] = reason
                }
                observer?.finished(file.path, outcome)
            } catch is CancellationError {
                report.wasStopped = true
                return report
            }
        }
        report.gone = try markGone(scan)
        return report
    }

    private func take(_ file: VideoScan.File) throws -> IndexOutcome {
        let known = try database.queue.read { try FileRecord.fetchOne($0, key: file.path) }
        if let known, known.size == file.size, known.modified == file.modified {
            if let problem = known.problem { return .failed(problem) }
            if let video = known.videoId, try hasEncoding(video) {
                if known.isGone { try keep(file, video: video) }
                return .unchanged
            }
        }
        let hash: String
        do {
            hash = try ContentHash.sha256(of: URL(fileURLWithPath: file.path))
        } catch {
            return try keep(file, problem: error.reason)
        }
        if let video = try database.queue.read({
            try Int64.fetchOne($0, sql: "SELECT id FROM video WHERE hash = ?", arguments: [hash])
        }),
            try hasEncoding(video)
        {
            try keep(file, video: video)
            return .known
        }
        return try encode(file, hash: hash)
    }

    private func encode(_ file: VideoScan.File, hash: String) throws -> IndexOutcome {
        let video: EncodedVideo
        do {
            video = try encoder.encode(URL(fileURLWithPath: file.path)) { done, total in
                observer?.encoded(done, of: total) ?? true
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            return try keep(file, problem: "\(error)")
        }
        // Somebody wrote to it meanwhile: what was read is neither the old nor the new.
        guard VideoScan.file(URL(fileURLWithPath: file.path)) == file else {
            return .failed("it changed while it was read; index again")
        }
        guard let rows = video[encoder.searched]?.features else {
            return try keep(file, problem: "no \(encoder.searched) features came of it")
        }
        try features.store(video, for: featureKey(hash))
        try database.queue.write { database in
            let space = try self.space(database, width: rows.size(1))
            let first =
                try Int.fetchOne(
                    database, sql: "SELECT MAX(firstRow + clips) FROM encoding WHERE spaceId = ?", arguments: [space])
                ?? 0
            // On the disk before the transaction that makes them count.
            try VectorFile(url: folder.vectors(space: space), width: rows.size(1)).write(rows, at: first)
            let id = try self.video(database, hash: hash, duration: video.duration)
            var encoding = EncodingRecord(
                id: nil, videoId: id, spaceId: space, firstRow: first, clips: rows.size(0),
                clipLength: video.clipLength)
            try encoding.insert(database)
            try FileRecord(path: file.path, videoId: id, size: file.size, modified: file.modified).upsert(database)
        }
        return .encoded(clips: rows.size(0))
    }

    /// Files below what was looked through that were not found.
    private func markGone(_ scan: VideoScan) throws -> [String] {
        let present = Set(scan.files.map(\.path))
        return try database.queue.write { database in
            let before = try String.fetchAll(database, sql: "SELECT path FROM file WHERE NOT isGone")
            let gone = before.filter { scan.covers($0) && !present.contains($0) }.sorted()
            for path in gone {
                try database.execute(sql: "UPDATE file SET isGone = TRUE WHERE path = ?", arguments: [path])
            }
            return gone
        }
    }

    // MARK: Records

    private var features: EncodedVideoCache { EncodedVideoCache(folder: folder.features, limit: .max) }

    /// The key of a video's features.
    private func featureKey(_ hash: String) -> String { VideoLibrary.featureKey(hash, space: encoder.space) }

    private func hasEncoding(_ video: Int64) throws -> Bool {
        try database.queue.read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM encoding JOIN space ON space.id = spaceId WHERE videoId = ? AND name = ?)
                    """, arguments: [video, encoder.space]) ?? false
        }
    }

    private func space(_ database: Database, width: Int) throws -> Int64 {
        if let known = try Int64.fetchOne(
            database, sql: "SELECT id FROM space WHERE name = ?", arguments: [encoder.space])
        {
            return known
        }
        var space = SpaceRecord(id: nil, name: encoder.space, width: width)
        try space.insert(database)
        return space.id ?? database.lastInsertedRowID
    }

    private func video(_ database: Database, hash: String, duration: Double) throws -> Int64 {
        if let known = try Int64.fetchOne(database, sql: "SELECT id FROM video WHERE hash = ?", arguments: [hash]) {
            return known
        }
        var video = VideoRecord(id: nil, hash: hash, duration: duration, added: Date())
        try video.insert(database)
        return video.id ?? database.lastInsertedRowID
    }

    private func keep(_ file: VideoScan.File, video: Int64) throws {
        try database.queue.write {
            try FileRecord(path: file.path, videoId: video, size: file.size, modified: file.modified).upsert($0)
        }
    }

    /// A file that cannot be read is tried again when it has changed.
    private func keep(_ file: VideoScan.File, problem: String) throws -> IndexOutcome {
        try database.queue.write {
            try FileRecord(
                path: file.path, videoId: nil, size: file.size, modified: file.modified, problem: problem
            ).upsert($0)
        }
        return .failed(problem)
    }
}
