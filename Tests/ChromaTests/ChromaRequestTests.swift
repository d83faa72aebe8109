import Foundation
import LoopbackServer
import Testing
import VideoLibrary

@testable import Chroma

@Suite("What a Chroma server is asked")
struct ChromaRequestTests {
    private struct Seen: Decodable {
        struct Where: Decodable { let video: [String: [String]] }
        struct Metadata: Decodable { let video: String }
        let ids, embeddings: [String]?
        let metadatas: [Metadata]?
        let `where`: Where?
        let queryEmbeddings: [[Float]]?
        let nResults: Int?
        let getOrCreate: Bool?
        let name: String?
    }

    private func seen(_ server: LoopbackServer) throws -> (request: LoopbackServer.Request, body: Seen) {
        let request = try #require(server.requests.last)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (request, try decoder.decode(Seen.self, from: request.body))
    }

    @Test("a collection is opened at its tenant and database, once the server is one that is understood")
    func opening() throws {
        let server = try ChromaAnswers.server()
        defer { server.stop() }
        let database = try ChromaAnswers.database(server, token: "sesame")
        let collection = try database.open(space: "words", width: 5)
        #expect(collection.id == "c-1" && collection.batch == 100)
        #expect(server.requests.map(\.method) == ["GET", "GET", "POST"])
        #expect(
            server.requests.allSatisfy {
                $0.headers["x-chroma-token"] == "sesame" && $0.headers["authorization"] == "Bearer sesame"
            })
        let (request, body) = try seen(server)
        #expect(request.path == "/api/v2/tenants/default_tenant/databases/default_database/collections")
        #expect(body.name == ChromaDatabase.name(of: "words") && body.getOrCreate == true)
        #expect(String(decoding: request.body, as: UTF8.self).contains(#""space":"ip""#))
        #expect(try ChromaAnswers.database(server, batch: 7).open(space: "words", width: 5).batch == 7)
        #expect(server.requests.last?.headers["authorization"] == nil)
    }

    @Test("clips are added, looked up, found and removed by the video's hash and their place in it")
    func records() throws {
        let server = try ChromaAnswers.server()
        defer { server.stop() }
        let collection = try ChromaAnswers.database(server).collection("c-9")
        let names = [ClipName(video: "aa", clip: 0), ClipName(video: "bb", clip: 17)]
        try collection.add(names.map { NamedClip($0, vector: [1, -0.5]) })
        let added = try seen(server)
        #expect(added.request.path.hasSuffix("/collections/c-9/upsert"))
        #expect(added.body.ids == ["aa:0", "bb:17"] && added.body.metadatas?.map(\.video) == ["aa", "bb"])
        #expect(added.body.embeddings == ["AACAPwAAAL8=", "AACAPwAAAL8="])
        #expect(try collection.known(of: names) == Set(names))
        #expect(try seen(server).body.ids == ["aa:0", "bb:17"])
        let found = try collection.nearest(to: [0.5, 0.25], count: 3, in: ["aa", "bb"])
        #expect(found == [ClipName(video: "bb", clip: 3), ClipName(video: "aa", clip: 0)])
        let asked = try seen(server).body
        #expect(asked.queryEmbeddings == [[0.5, 0.25]] && asked.nResults == 3)
        #expect(asked.where?.video == ["$in": ["aa", "bb"]])
        _ = try collection.nearest(to: [0.5, 0.25], count: 3, in: nil)
        #expect(try seen(server).body.where == nil)
        try collection.remove(videos: ["aa"])
        let removed = try seen(server)
        #expect(removed.request.path.hasSuffix("/c-9/delete") && removed.body.where?.video == ["$in": ["aa"]])
    }
}
