import Foundation
import GRDB
import TensorFiles
import Torch

/// What an upload did.
public struct VectorUploadReport: Hashable, Sendable {
    /// Clips that were sent.
    public var sent = 0
    /// Clips that the database had already: of another library, or of a call that was stopped.
    public var known = 0
    /// Videos that were forgotten here, and are removed there.
    public var removed = 0
}

/// Brings a library's clips into a vector database, in the order in which they were encoded.
///
/// How far it came is noted after each batch, so that a call that was stopped or killed goes on there. Clips that the database
/// has already are not sent again.
struct VectorUploader {
    let queue: DatabaseQueue
    let collection: any VectorCollection
    /// Rows of half precision.
    let vectors: StoredTensor
    var record: VectorUploadRecord
    /// Seconds before each new try of what failed and may pass.
    var delays = [0.5, 2, 8]

    private(set) var report = VectorUploadReport()

    init(queue: DatabaseQueue, collection: any VectorCollection, vectors: StoredTensor, record: VectorUploadRecord) {
        self.queue = queue
        self.collection = collection
        self.vectors = vectors
        self.record = record
    }

    /// A clip that is to be there.
    private struct Clip {
        let name: ClipName
        let row: Int
        /// Its encoding, where it is the last clip of it.
        let finished: Int64?
    }

    /// - Parameters:
    ///   - places: All of the library's, in any order.
    ///   - progress: Called with the clips that are there and those in all; false stops with `CancellationError`.
    mutating func upload(_ places: Places, progress: (_ done: Int, _ total: Int) -> Bool) throws {
        try removeForgotten()
        let left = places.all.filter { $0.encoding > record.lastEncoding }.sorted { $0.encoding < $1.encoding }
        let total = places.clips
        var done = total - left.reduce(0) { $0 + $1.rows.count }
        guard progress(done, total) else { throw CancellationError() }
        var waiting: [Clip] = []
        for place in left {
            for row in place.rows {
                let isLast = row == place.rows.upperBound - 1
                waiting.append(
                    Clip(
                        name: ClipName(video: place.hash, clip: row - place.rows.lowerBound), row: row,
                        finished: isLast ? place.encoding : nil))
                guard waiting.count == collection.batch else { continue }
                try send(waiting)
                done += waiting.count
                waiting = []
                guard progress(done, total) else { throw CancellationError() }
            }
        }
        if !waiting.isEmpty { try send(waiting) }
        _ = progress(total, total)
    }

    private mutating func send(_ clips: [Clip]) throws {
        let known = try patiently { () throws(VectorDatabaseError) in try collection.known(of: clips.map(\.name)) }
        let missing = clips.filter { !known.contains($0.name) }
        if !missing.isEmpty {
            let named = zip(missing, vectors(of: missing)).map { NamedClip($0.name, vector: $1) }
            try patiently { () throws(VectorDatabaseError) in try collection.add(named) }
        }
        report.sent += missing.count
        report.known += clips.count - missing.count
        guard let last = clips.lazy.compactMap(\.finished).last else { return }
        record.lastEncoding = last
        try queue.write { [record] in try record.upsert($0) }
    }

    private func vectors(of clips: [Clip]) -> [[Float]] {
        let numbers = withoutGradient {
            Tensor(vectors).entries(Tensor(clips.map(\.row)), 0).to(.float32).floats()
        }
        let width = vectors.shape[1]
        return clips.indices.map { Array(numbers[$0 * width..<($0 + 1) * width]) }
    }

    /// Removes there what was forgotten here since the last call.
    private mutating func removeForgotten() throws {
        let forgotten = try queue.read { [record] in try ForgottenUpload.all(of: record, in: $0) }
        for first in stride(from: 0, to: forgotten.count, by: collection.batch) {
            let part = Array(forgotten[first..<min(first + collection.batch, forgotten.count)])
            try patiently { () throws(VectorDatabaseError) in try collection.remove(videos: part.map(\.hash)) }
            try queue.write { database in
                for video in part { try video.delete(database) }
            }
            report.removed += part.count
        }
    }

    private func patiently<Result>(
        _ body: () throws(VectorDatabaseError) -> Result
    ) throws(VectorDatabaseError) -> Result {
        for delay in delays {
            do {
                return try body()
            } catch  where error.isTemporary {
                Thread.sleep(forTimeInterval: delay)
            }
        }
        return try body()
    }
}
