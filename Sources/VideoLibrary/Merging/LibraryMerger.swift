import Finding
import Foundation
import GRDB
import TensorFiles
import Torch

/// Takes over what another library holds, such as the part of one machine of several.
///
/// Each video is one transaction, as in indexing: a process that is killed leaves all videos that it took over and nothing
/// of the others that counts, and the same call goes on. A video is known by its content, so nothing comes twice.
struct LibraryMerger {
    let target: VideoLibrary
    let source: VideoLibrary

    private var store: EncodingStore { EncodingStore(folder: target.folder) }

    /// - Parameters:
    ///   - report: What is done is added to it.
    ///   - progress: Called with the videos done and those in all; false stops.
    func merge(_ report: inout MergeReport, progress: (_ done: Int, _ total: Int) -> Bool) throws {
        let encodings = try source.database.queue.read { try SourceEncoding.all($0) }
        for (index, encoding) in encodings.enumerated() {
            guard progress(index, encodings.count) else {
                report.wasStopped = true
                return
            }
            try merge(encoding, &report)
        }
        try mergeUnreadable(&report)
    }

    private func merge(_ encoding: SourceEncoding, _ report: inout MergeReport) throws {
        let files = try source.database.queue.read {
            try FileRecord.fetchAll($0, sql: "SELECT * FROM file WHERE videoId = ?", arguments: [encoding.videoId])
        }
        // A look first, so that what is there already is not read.
        let isKnown = try target.database.queue.write { database in
            guard let video = try EncodingStore.encodedVideo(encoding.hash, space: encoding.space, in: database)
            else { return false }
            report.files += try keep(files, video: video, in: database)
            return true
        }
        if isKnown {
            report.known += 1
        } else if let entry = try entry(encoding) {
            try target.database.queue.write { database in
                report.files += try keep(files, video: store.add(entry, to: database), in: database)
            }
            report.merged += 1
        } else {
            report.damaged.append(encoding.hash)
        }
    }

    private func entry(_ encoding: SourceEncoding) throws -> EncodingStore.Entry? {
        guard let rows = encoding.rows else { return nil }
        let file = VectorFile(url: source.folder.vectors(space: encoding.spaceId), width: encoding.width)
        guard let video = source.folder.encodedVideo(encoding.hash, space: encoding.space),
            video.components.contains(where: { $0.features.shape == [encoding.clips, encoding.width] }),
            let vectors = try? file.rows(rows.upperBound)
        else { return nil }
        return EncodingStore.Entry(
            hash: encoding.hash, space: encoding.space, video: video, vectors: vectors.rows(rows),
            added: encoding.added)
    }

    /// Keeps where a video lies.
    ///
    /// - Returns: How many of the files were not known.
    private func keep(_ files: [FileRecord], video: Int64, in database: Database) throws -> Int {
        var new = 0
        for var file in files {
            let known = try FileRecord.fetchOne(database, key: file.path)
            // What the library itself has seen at a path counts more than what somebody else saw.
            if let known, known.videoId != nil, !known.isGone || file.isGone { continue }
            if known == nil { new += 1 }
            file.videoId = video
            try file.upsert(database)
        }
        return new
    }

    /// What could not be read there is not tried again here, unless it changes.
    private func mergeUnreadable(_ report: inout MergeReport) throws {
        let files = try source.database.queue.read {
            try FileRecord.fetchAll($0, sql: "SELECT * FROM file WHERE videoId IS NULL")
        }
        report.files += try target.database.queue.write { database in
            try files.count { file in
                guard try !FileRecord.exists(database, key: file.path) else { return false }
                try file.insert(database)
                return true
            }
        }
    }
}

/// A video in a space of the other library, with all that is known of it there.
private struct SourceEncoding: Decodable, FetchableRecord {
    let videoId: Int64
    let hash: String
    let added: Date
    let spaceId: Int64
    let space: String
    let width: Int
    let firstRow: Int
    let clips: Int

    /// Where its vectors lie; nil for numbers that no library has, which would overflow.
    var rows: Range<Int>? {
        let most = 1 << 40
        guard (1...1 << 20).contains(width), (0...most).contains(firstRow), (1...most).contains(clips) else {
            return nil
        }
        return firstRow..<firstRow + clips
    }

    /// In the order in which they were made.
    static func all(_ database: Database) throws -> [SourceEncoding] {
        try fetchAll(
            database,
            sql: """
                SELECT videoId, hash, added, spaceId, name AS space, width, firstRow, clips FROM encoding
                JOIN video ON video.id = videoId JOIN space ON space.id = spaceId ORDER BY encoding.id
                """)
    }
}
