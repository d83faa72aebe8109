import Foundation
import VideoLibrary

/// A collection of a Chroma server: a record a clip, called `VIDEO:CLIP`, with the video's hash to choose by.
struct ChromaCollection: VectorCollection {
    private let connection: ChromaConnection
    let id: String
    let batch: Int

    init(_ connection: ChromaConnection, id: String, batch: Int) {
        self.connection = connection
        self.id = id
        self.batch = batch
    }

    func known(of clips: [ClipName]) throws(VectorDatabaseError) -> Set<ClipName> {
        let answer: ChromaAnswer.Records = try ask("get", ChromaRequest.Get(ids: clips.map(\.record)))
        return Set(answer.ids.compactMap { ClipName(record: $0) })
    }

    func add(_ clips: [NamedClip]) throws(VectorDatabaseError) {
        let request = ChromaRequest.Upsert(
            ids: clips.map(\.name.record), embeddings: clips.map { Self.base64($0.vector) },
            metadatas: clips.map { .init(video: $0.name.video) })
        let _: ChromaAnswer.Done = try ask("upsert", request)
    }

    func remove(videos: [String]) throws(VectorDatabaseError) {
        let _: ChromaAnswer.Done = try ask("delete", ChromaRequest.Deletion(where: .init(videos)))
    }

    func nearest(to vector: [Float], count: Int, in videos: [String]?) throws(VectorDatabaseError) -> [ClipName] {
        let request = ChromaRequest.Query(
            queryEmbeddings: [vector], nResults: count, where: videos.map { ChromaRequest.Where($0) })
        let answer: ChromaAnswer.Found = try ask("query", request)
        return (answer.ids.first ?? []).compactMap { ClipName(record: $0) }
    }

    private func ask<Answer: Decodable>(
        _ operation: String, _ request: some Encodable
    ) throws(VectorDatabaseError) -> Answer {
        do {
            return try connection.post("\(connection.place.collections)/\(id)/\(operation)", request)
        } catch .refused(let address, 404, _) {
            throw .collectionGone(address: address)
        }
    }

    /// Single precision, the lowest byte first.
    private static func base64(_ vector: [Float]) -> String {
        vector.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }.base64EncodedString()
    }
}

extension ClipName {
    /// What it is called in a collection.
    fileprivate var record: String { "\(video):\(clip)" }

    /// Nil for a record of somebody else.
    fileprivate init?(record: String) {
        let parts = record.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let clip = Int(parts[1]), clip >= 0 else { return nil }
        self.init(video: String(parts[0]), clip: clip)
    }
}
