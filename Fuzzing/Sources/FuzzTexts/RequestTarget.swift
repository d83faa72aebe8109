import Foundation
import Fuzzing
import HTTPTypes
import NIOCore

/// Whole requests to a server with one video, as `GET /v1/videos?limit=3`, lines of headers, an empty line, and a body.
/// `VIDEO` stands for the video's hash.
let requestTarget = FuzzTarget("request") {
    texts(
        "GET /v1/videos?path=v&after=2026-11-25T20:00:00Z&minDuration=1&limit=3&cursor=0", "GET /v1/videos/VIDEO",
        "GET /v1/videos/VIDEO/file\nRange: bytes=5-\nIf-Range: \"VIDEO\"\nIf-None-Match: \"a\", W/\"b\"",
        "GET /v1/videos/VIDEO/thumbnails/1.5.jpg?height=48", "DELETE /v1/videos/VIDEO",
        "GET /v1/videos/VIDEO/clip?start=0&end=2&mode=copy&download=true",
        "POST /v1/videos?name=holiday.mp4\nContent-Type: video/mp4\n\nno video", "GET /v1/jobs?state=failed",
        "POST /v1/jobs/00000000-0000-0000-0000-000000000000/cancel", "OPTIONS /v1/find",
        "POST /v1/find\nContent-Type: application/json\n\n{\"video\": \"VIDEO\", \"sentences\": [\"bright\"]}",
        "POST /v1/search\nContent-Type: application/json\nOrigin: http://localhost\n\n{\"sentence\": \"dark\"}",
        "POST /login\nContent-Type: application/x-www-form-urlencoded\nAccept: text/html\n\ntoken=abc",
        "GET /\nCookie: moments_session=a; b=c\nAuthorization: Bearer x\nSec-Fetch-Site: none\nX-Request-Id: a",
        "HEAD /metrics")
} read: { bytes in
    let server = try FuzzedServer.shared.get()
    let status = server.ask(try WrittenRequest(bytes, video: server.video))
    precondition(status != 500, "the server does not know what went wrong")
}

/// A request as somebody wrote it down.
struct WrittenRequest: Sendable {
    let method: HTTPRequest.Method
    let path: String
    var headers: HTTPFields = [:]
    var body: ByteBuffer?

    private struct NoRequest: Error {}

    init(_ bytes: [UInt8], video: String) throws {
        let end = bytes.indices.dropLast().first { bytes[$0] == 10 && bytes[$0 + 1] == 10 }
        func filled(_ part: some Sequence<UInt8>) throws -> String {
            try text(Array(part)).replacing("VIDEO", with: video)
        }
        let lines = try filled(bytes[..<(end ?? bytes.count)]).split(separator: "\n")
        let words = lines.first?.split(separator: " ", maxSplits: 1) ?? []
        guard words.count == 2, let method = HTTPRequest.Method(String(words[0])), words[1].hasPrefix("/") else {
            throw NoRequest()
        }
        self.method = method
        path = String(words[1])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { continue }
            headers.append(HTTPField(name: name, value: parts[1].trimmingCharacters(in: .whitespaces)))
        }
        if let end {
            let rest = bytes[(end + 2)...]
            body = (try? filled(rest)).map { ByteBuffer(string: $0) } ?? ByteBuffer(bytes: rest)
        }
    }
}
