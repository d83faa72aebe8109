import Foundation
import LoopbackServer
import TestSupport
import Testing

@Suite struct `A library's clips in a vector database by commands` {
    private static let options = ["--clip", "clip", "--clip-length", "0.25", "--library", "library"]

    private struct Report: Decodable { let sent, known, removed: Int }
    private struct Shown: Decodable {
        struct Upload: Decodable { let clips, later: Int }
        let uploads: [Upload]
    }

    private func indexed() throws -> VideoFolder {
        let folder = try VideoFolder(seconds: 2)
        let outcome = try folder.moments.start(["index", "door.mp4"] + Self.options).outcome()
        try #require(outcome.code == 0, "\(outcome.messages)")
        return folder
    }

    private func upload(_ folder: VideoFolder, _ arguments: String...) throws -> MomentsProgram.Outcome {
        try folder.moments.start(["library", "vector-upload", "--library", "library", "--json"] + arguments).outcome()
    }

    @Test func `what is wrong is said, with a code, and never the token`() throws {
        let folder = try indexed()
        #expect(try upload(folder).code == 64)
        #expect(try upload(folder, "--vectors", "nowhere").code == 64)
        var moments = folder.moments
        moments.environment["MOMENTS_VECTORS"] = "http://127.0.0.1:1"
        moments.environment["MOMENTS_VECTORS_TOKEN"] = "sesame"
        let closed = try moments("library", "vector-upload", "--library", "library")
        #expect(closed.code == 69 && closed.messages.contains("http://127.0.0.1:1 cannot be reached"))
        let server = try LoopbackServer { _ in
            var reply = LoopbackServer.Reply.whole(Data(#"{"message": "not with sesame"}"#.utf8))
            reply.status = "500 Internal Server Error"
            return reply
        }
        defer { server.stop() }
        moments.environment["MOMENTS_VECTORS"] = server.url.absoluteString
        let refused = try moments("library", "vector-upload", "--library", "library")
        #expect(refused.code == 69 && refused.messages.contains("not with …"), "\(refused.messages)")
        #expect(server.requests.last?.headers["x-chroma-token"] == "sesame")
        // Nothing is there yet, so nobody is asked, which is said.
        let before = server.requests.count
        let found = try moments.start(["search", "the stripes", "--json"] + Self.options).outcome()
        #expect(found.code == 0 && found.messages.contains("nothing was uploaded there yet"), "\(found.messages)")
        #expect(!found.output.isEmpty && server.requests.count == before)
    }

    @Test(.enabled(if: ChromaServer.address != nil, "MOMENTS_CHROMA names no server"))
    func `Chroma has them once, and finds what the exact search finds`() throws {
        let folder = try indexed()
        let address = try #require(ChromaServer.address)
        let first = try upload(folder, "--vectors", address)
        #expect(first.code == 0, "\(first.messages)")
        let reports = try [first, upload(folder, "--vectors", address, "--again")].map {
            try JSONDecoder().decode(Report.self, from: Data($0.output.utf8))
        }
        #expect(reports[0].sent + reports[0].known == 8 && reports[1].known == 8)
        let shown = try folder.moments("library", "show", "--library", "library", "--json")
        let uploads = try JSONDecoder().decode(Shown.self, from: Data(shown.output.utf8)).uploads
        #expect(uploads.map(\.clips) == [8] && uploads.map(\.later) == [0])
        let answers = try [["--vectors", address], ["--candidates", "exact"]].map { choice in
            try folder.moments.start(["search", "the stripes", "--json"] + Self.options + choice).outcome()
        }
        #expect(answers[0].code == 0 && answers[0].output == answers[1].output && !answers[0].output.isEmpty)
        #expect(try upload(folder, "--vectors", address, "--vectors-database", "none").messages.contains("none"))
    }
}
