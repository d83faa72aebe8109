import Chroma
import Foundation
import LoopbackServer
import VideoLibrary

/// What a healthy server answers, so that a test can say what goes wrong in the place of which answer.
enum ChromaAnswers {
    typealias Reply = LoopbackServer.Reply

    static func json(_ text: String, _ status: String = "200 OK") -> Reply {
        var reply = Reply.whole(Data(text.utf8), [("Content-Type", "application/json")])
        reply.status = status
        return reply
    }

    static func error(_ status: String, _ message: String) -> Reply {
        json(#"{"error": "Error", "message": "\#(message)"}"#, status)
    }

    /// An answer by the end of the path.
    static func healthy(_ request: LoopbackServer.Request) -> Reply {
        switch request.path.split(separator: "/").last {
        case "version": json(#""1.0.0""#)
        case "pre-flight-checks": json(#"{"max_batch_size": 100, "supports_base64_encoding": true}"#)
        case "collections": json(#"{"id": "c-1", "name": "n", "dimension": null}"#)
        case "get": json(#"{"ids": ["aa:0", "bb:17", "somebody's own"], "include": []}"#)
        case "query": json(#"{"ids": [["bb:3", "aa:0"]], "distances": null}"#)
        default: json("{}")
        }
    }

    /// A server that answers one path in its own way.
    static func server(_ path: String = "", _ reply: Reply = Reply()) throws -> LoopbackServer {
        try LoopbackServer { request in request.path.hasSuffix("/\(path)") ? reply : healthy(request) }
    }

    static func database(
        _ server: LoopbackServer, token: String? = nil, seconds: Double = 20, batch: Int = 250
    ) throws -> ChromaDatabase {
        ChromaDatabase(try ChromaPlace(server.url.absoluteString, token: token), seconds: seconds, batch: batch)
    }
}
