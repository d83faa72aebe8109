import Foundation
import Media
import Testing

@Suite struct `A served library` {
    /// A folder with an indexed library.
    private func indexed(seconds: Double = 20) throws -> VideoFolder {
        let folder = try VideoFolder(seconds: seconds)
        try folder.writeVideo("stripes.mp4", seconds: 12, striped: 4..<8)
        let indexed = try folder.moments("index", "door.mp4", "stripes.mp4", "--clip", "clip", "--library", "library")
        try #require(indexed.code == 0, "\(indexed.messages)")
        return folder
    }

    private static let options = ["--clip", "clip", "--library", "library"]

    @Test func `is listed, watched, asked and searched as the commands ask it, until it is told to stop`() throws {
        let folder = try indexed()
        let server = try ServerProgram(folder.moments, Self.options + ["--log-format", "json"])
        let videos = try #require(try server.send("GET", "/v1/videos").json["videos"] as? [[String: Any]])
        #expect(videos.map { $0["name"] as? String } == ["stripes.mp4", "door.mp4"])
        let id = try #require(videos[0]["id"] as? String)

        let found = try server.json(
            "/v1/find", #"{"video":"\#(id)","sentences":["the stripes"],"threshold":0,"limit":100}"#)
        let answer = try #require((found.json["answers"] as? [[String: Any]])?.first)
        let command = try #require(
            try FoundAnswer.all(
                folder.moments(
                    "find", "stripes.mp4", "the stripes", "--clip", "clip", "--json", "--threshold", "0", "--top", "100"
                )
            ).first)
        let moments = try #require(answer["moments"] as? [[String: Any]])
        #expect(moments.map { $0["start"] as? Double } == command.moments.map(\.start) && !moments.isEmpty)
        for (served, told) in zip(moments, command.moments) {
            #expect(abs((served["score"] as? Double ?? -1) - told.score) < 1e-6)
        }
        let curve = try #require(answer["curve"] as? [String: Any])
        // The submission's schema rounds.
        let saliency = try #require(curve["saliency"] as? [Double])
        #expect(saliency.map { ($0 * 1e4).rounded() / 1e4 } == command.saliency)

        let hits = try #require(
            try server.json("/v1/search", #"{"sentence":"the stripes","threshold":0,"limit":3}"#).json["hits"]
                as? [[String: Any]])
        let searched = try folder.moments(
            "search", "the stripes", "--clip", "clip", "--library", "library", "--top", "3", "--json")
        struct Line: Decodable {
            let start, score: Double
        }
        let lines = try searched.output.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(hits.map { $0["start"] as? Double } == lines.map(\.start) && hits.count == 3)

        let file = try server.send("GET", "/v1/videos/\(id)/file", ["Range": "bytes=4-7"])
        #expect(file.status == 206 && file.text == "ftyp")
        let clip = try server.send("GET", "/v1/videos/\(id)/clip?start=4&end=6")
        try clip.data.write(to: folder.place("clip.mp4"))
        #expect(abs((try VideoInfo(of: folder.place("clip.mp4")).duration ?? 0) - 2) < 0.2)

        let stopped = try server.stop()
        #expect(stopped.code == 0, "\(stopped.messages)")
        // One JSON object a line.
        for line in stopped.messages.split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["level"] as? String == "info", "\(line)")
        }
    }

    @Test func `takes an upload that was being encoded when it stopped up again`() throws {
        let folder = try indexed(seconds: 4)
        try folder.writeVideo("long.mp4", seconds: 900, rate: 4)
        let options = Self.options + ["--clip-length", "0.25"]
        var server = try ServerProgram(folder.moments, options)
        let upload = try server.send(
            "POST", "/v1/videos?name=long.mp4", ["Content-Type": "video/mp4"],
            body: Data(contentsOf: folder.place("long.mp4")))
        #expect(upload.status == 202)
        let id = try #require(upload.json["id"] as? String)
        while try server.send("GET", "/v1/jobs/\(id)").json["state"] as? String == "queued" { usleep(2000) }
        // A client that waits for events does not keep it from stopping.
        let connection = try server.open()
        defer { close(connection) }
        let request = Data("GET /v1/jobs/\(id)/events HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        _ = request.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
        var byte = [UInt8](repeating: 0, count: 1)
        #expect(recv(connection, &byte, 1, 0) == 1)
        let stopped = try server.stop(by: SIGINT)
        #expect(stopped.code == 0, "\(stopped.messages)")

        server = try ServerProgram(folder.moments, options)
        var job: [String: Any] = [:]
        for _ in 0..<6000 where job["state"] as? String != "done" {
            job = try server.send("GET", "/v1/jobs/\(id)").json
            usleep(10_000)
        }
        #expect(job["state"] as? String == "done")
        let video = try #require(job["video"] as? String)
        #expect(try server.send("GET", "/v1/videos/\(video)").json["clips"] as? Int == 3600)
        #expect(try server.stop().code == 0)
    }

    @Test func `answers to this machine's names only, and says in one form what it cannot read`() throws {
        let folder = try indexed(seconds: 4)
        let server = try ServerProgram(folder.moments, Self.options)
        #expect(try server.send("GET", "/v1/videos", host: "127.0.0.1:\(server.port)").status == 200)
        #expect(try server.send("GET", "/v1/videos", host: "[::1]").status == 200)
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]:80", ""] {
            let refused = try server.send("GET", "/v1/videos", host: host)
            #expect(refused.status == (host.isEmpty ? 400 : 403), "\(host)")
            #expect((refused.json["error"] as? [String: Any])?["code"] is String, "\(host)")
        }
        #expect(try server.send("GET", "/v1/videos", host: nil).status == 400)
        let long = String(repeating: "x", count: 40_000)
        for bytes in [
            "no http at all\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(long)\r\n\r\n", "\0\0\0\0\r\n\r\n",
        ] {
            let answer = try server.exchange(Data(bytes.utf8))
            #expect(answer.status == 400)
            #expect(
                ((answer.json["error"] as? [String: Any])?["requestId"] as? String) == answer.headers["x-request-id"])
        }
        // More than it takes is refused before it has come.
        let head =
            "POST /v1/videos?name=a.mp4 HTTP/1.1\r\nHost: localhost\r\nContent-Type: video/mp4\r\nContent-Length: 99999999999\r\n\r\n"
        #expect(try server.exchange(Data(head.utf8)).status == 413)
        for path in [
            "/../../../../etc/passwd", "/assets/..%2f..%2f..%2fetc/passwd", "//etc/passwd",
            "/v1/videos/../../etc/passwd",
        ] {
            #expect(try server.send("GET", path).status == 404, "\(path)")
        }
        #expect(try server.stop().code == 0)
    }

    @Test func `is open to others only with a token`() throws {
        let folder = try indexed(seconds: 4)
        let refused = try folder.moments.start(["serve", "--host", "0.0.0.0", "--port", "0"] + Self.options).outcome()
        #expect(refused.code == 64 && refused.messages.contains("--token-file"))
        try Data("0123456789abcdef0123\n".utf8).write(to: folder.place("token"))
        let server = try ServerProgram(folder.moments, Self.options + ["--host", "0.0.0.0", "--token-file", "token"])
        #expect(try server.send("GET", "/v1/videos", host: "films.example").status == 401)
        let bearer = ["Authorization": "Bearer 0123456789abcdef0123"]
        #expect(try server.send("GET", "/v1/videos", bearer, host: "films.example").status == 200)
        let stopped = try server.stop()
        #expect(stopped.code == 0 && !stopped.messages.contains("0123456789abcdef0123"))

        let busy = try ServerProgram(folder.moments, Self.options)
        let second = try folder.moments.start(["serve", "--port", "\(busy.port)"] + Self.options).outcome()
        #expect(second.code == 69 && second.messages.contains("\(busy.port)"), "\(second.messages)")
        #expect(try busy.stop().code == 0)
        let none = try folder.moments.start(["serve", "--model", "a"] + Self.options).outcome()
        #expect(none.code == 64 && none.messages.contains("NAME=PATH"))
    }
}
