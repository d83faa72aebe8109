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
        try store.sweep(database.queue)
        folder.features.removeUnfinished()
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
            if try isEncoded(known) {
                if known.isGone { try markThere(known) }
                return .unchanged
            }
        }
        let hash: String
        do {
            hash = try ContentHash.sha256(of: URL(fileURLWithPath: file.path))
        } catch {
            return try keep(file, problem: error.reason)
        }
        // In one transaction: others may take the video out at any time.
        let isKnown = try database.queue.write { database in
            guard let video = try EncodingStore.encodedVideo(hash, space: encoder.space, in: database) else {
                return false
            }
            try keep(file, video: video, in: database)
            return true
        }
        return isKnown ? .known : try encode(file, hash: hash)
    }

    private func isEncoded(_ file: FileRecord) throws -> Bool {
        guard let video = file.videoId else { return false }
        return try database.queue.read { try EncodingStore.hasEncoding(video, space: encoder.space, in: $0) }
    }

    private func markThere(_ file: FileRecord) throws {
        try database.queue.write {
            try $0.execute(sql: "UPDATE file SET isGone = FALSE WHERE path = ?", arguments: [file.path])
        }
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
        guard isAsScanned(file) else { return .failed(Self.changed) }
        guard let rows = video[encoder.searched]?.features else {
            return try keep(file, problem: "no \(encoder.searched) features came of it")
        }
        let entry = EncodingStore.Entry(
            hash: hash, space: encoder.space, video: video, vectors: VectorFile.stored(rows), added: Date())
        try database.queue.write { database in
            try keep(file, video: try store.add(entry, to: database), in: database)
        }
        return .encoded(clips: rows.size(0))
    }

    /// Files below what was looked through that were not found.
    private func markGone(_ scan: VideoScan) throws -> [String] {
        let present = Set(scan.files.map(\.path)).union(scan.unfinished)
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

    private var store: EncodingStore { EncodingStore(folder: folder) }

    private func keep(_ file: VideoScan.File, video: Int64, in database: Database) throws {
        try FileRecord(path: file.path, videoId: video, size: file.size, modified: file.modified).upsert(database)
    }

    /// Whether nobody wrote to a file since the scan; otherwise what was read is neither the old nor the new.
    private func isAsScanned(_ file: VideoScan.File) -> Bool { VideoScan.file(URL(fileURLWithPath: file.path)) == file }

    private static let changed = "it changed while it was read; index again"

    /// A file that cannot be read is tried again when it has changed, or at once where it was another that could not be read.
    private func keep(_ file: VideoScan.File, problem: String) throws -> IndexOutcome {
        guard isAsScanned(file) else { return .failed(Self.changed) }
        try database.queue.write {
            try FileRecord(
                path: file.path, videoId: nil, size: file.size, modified: file.modified, problem: problem
            ).upsert($0)
        }
        return .failed(problem)
    }
}
