import Foundation
import LoopbackServer
import Testing
import VideoLibrary

@testable import Chroma

@Suite("What goes wrong with a Chroma server")
struct ChromaFailureTests {
    private static let query = "collections/c/query"

    /// What a question fails with when the server answers so.
    private func failure(
        _ reply: LoopbackServer.Reply, token: String? = nil, seconds: Double = 20
    ) throws -> VectorDatabaseError? {
        let server = try ChromaAnswers.server(Self.query, reply)
        defer { server.stop() }
        let collection = try ChromaAnswers.database(server, token: token, seconds: seconds).collection("c")
        return #expect(throws: VectorDatabaseError.self) { try collection.nearest(to: [1], count: 1, in: nil) }
    }

    /// What opening fails with when the server answers one path so.
    private func opening(_ path: String, _ reply: LoopbackServer.Reply) throws -> VectorDatabaseError? {
        let server = try ChromaAnswers.server(path, reply)
        defer { server.stop() }
        let database = try ChromaAnswers.database(server)
        return #expect(throws: VectorDatabaseError.self) { try database.open(space: "words", width: 5) }
    }

    @Test(
        "a status says what it is, what the server says, and whether to try again",
        arguments: [
            ("400 Bad Request", 69, false), ("500 Internal Server Error", 69, false), ("301 Moved", 69, false),
            ("401 Unauthorized", 77, false), ("403 Forbidden", 77, false), ("429 Too Many Requests", 75, true),
            ("503 Service Unavailable", 75, true), ("404 Not Found", 66, false),
        ])
    func statuses(_ status: String, _ code: Int32, _ isTemporary: Bool) throws {
        let error = try #require(try failure(ChromaAnswers.error(status, "quota of seven")))
        #expect(error.exitCode == code && error.isTemporary == isTemporary)
        if code == 69 || code == 75 { #expect(error.description.contains("quota of seven")) }
    }

    @Test("a body of another kind is shown in a line, cut, and without the token that it repeats")
    func bodies() throws {
        let page = "<html>\n  key sesame \u{7}\n" + String(repeating: "long ", count: 1000)
        let error = try #require(try failure(ChromaAnswers.json(page, "500 Oh"), token: "sesame"))
        #expect(error.description.contains("<html> key … ") && error.description.count < 500)
        #expect(!error.description.contains("sesame") && !error.description.contains("\n"))
    }

    @Test("nobody at the address, silence, and an answer that ends in the middle have names")
    func network() throws {
        let collection = ChromaDatabase(try ChromaPlace("http://127.0.0.1:1")).collection("c")
        let error = #expect(throws: VectorDatabaseError.self) { try collection.known(of: []) }
        #expect(error == .unreachable(address: "http://127.0.0.1:1", reason: "Connection refused"))
        guard case .tooSlow(_, 0.3) = try failure(.silence, seconds: 0.3) else { throw Unexpected() }
        let whole = ChromaAnswers.json(#"{"ids": [["aa:0"]]}"#)
        guard case .brokenOff = try failure(whole.cut(after: 9)) else { throw Unexpected() }
        guard case .nonsense = try failure(ChromaAnswers.json("[1, 2]")) else { throw Unexpected() }
    }

    private struct Unexpected: Error {}

    @Test(
        "a server that is none, or too old, is told by its version",
        arguments: [
            ("version", ChromaAnswers.error("404 Not Found", "no")), ("version", ChromaAnswers.json("<html>")),
            ("version", ChromaAnswers.json(#""0.6.3""#)),
            ("pre-flight-checks", ChromaAnswers.json(#"{"max_batch_size": 100}"#)),
        ])
    func versions(_ path: String, _ reply: LoopbackServer.Reply) throws {
        let error = try #require(try opening(path, reply))
        #expect(error.exitCode == 76 && error.description.contains("Chroma 1.1 or later is needed"))
    }

    @Test("a collection of another width, and a database that is not there, are refused before anything is sent")
    func collections() throws {
        let wide = ChromaAnswers.json(#"{"id": "c", "dimension": 512}"#)
        guard case .wrongWidth(_, found: 512, expected: 5) = try opening("collections", wide) else {
            throw Unexpected()
        }
        let error = try opening(
            "collections", ChromaAnswers.error("400 Bad Request", "Database [films] does not exist"))
        #expect(error?.description.contains("Database [films] does not exist") == true)
    }
}
