import Foundation
import HTTPTypes
import Testing
import VideoLibrary

@testable import MomentsServer

@Suite("A served library")
struct LibraryRouteTests {
    @Test("is listed by the page, the latest first, and filtered")
    func listing() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["Strand 1.mp4": "bd", "strand 2.mp4": "bbd", "door.mp4": "bdbd"])
        try await fixture.serve { (client) async throws in
            let first = try await client.get("/v1/videos?limit=2")
            #expect(first.status == 200 && first.number("total") == 3 && first.count("videos") == 2)
            #expect(first.text("videos.0.name") == "door.mp4" && first.text("videos.1.name") == "strand 2.mp4")
            let cursor = try #require(first.text("next"))
            let second = try await client.get("/v1/videos?limit=2&cursor=\(cursor)")
            #expect(second.count("videos") == 1 && second["next"] is NSNull)
            #expect(second.text("videos.0.name") == "Strand 1.mp4")
            #expect(try await client.get("/v1/videos?path=STRAND+2").number("total") == 1)
            #expect(
                try await client.get("/v1/videos?minDuration=5&maxDuration=7").text("videos.0.name") == "strand 2.mp4")
            #expect(try await client.get("/v1/videos?minDuration=9&maxDuration=1").number("total") == 0)
            #expect(try await client.get("/v1/videos?after=2020-01-01T00:00:00Z").number("total") == 3)
            #expect(try await client.get("/v1/videos?before=2020-01-01T00:00:00%2B01:00").number("total") == 0)
            #expect(try await client.get("/v1/library").number("videos") == 3)
            for wrong in ["limit=0", "limit=x", "cursor=-1", "minDuration=nan", "after=yesterday", "path="] {
                #expect(try await client.get("/v1/videos?\(wrong)").status == 422, "\(wrong)")
            }
            #expect(try await client.get("/v1/videos?path=%zz").status == 400)
        }
    }

    @Test("says of a video what its file is, and of one that is not there that it is not")
    func detail() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "bd"])
        let id = try fixture.id("a.mp4")
        try await fixture.serve { (client) async throws in
            let video = try await client.get("/v1/videos/\(id)")
            #expect(video.text("media.codec") == "h264" && video.number("media.width") == 64)
            #expect(video.text("media.type") == "video/mp4" && video.flag("isSearchable") == true)
            #expect(video.number("clips") == 2 && video.number("clipLength") == 2)
            let none = String(repeating: "0", count: 64)
            for path in [none, "x", id.uppercased(), "..%2f..%2fetc%2fpasswd", "\(id)%00"] {
                #expect(try await client.get("/v1/videos/\(path)").status == 404, "\(path)")
                #expect(try await client.get("/v1/videos/\(path)/file").status == 404, "\(path)")
            }
        }
    }

    @Test("gives files in whole and in part, as players ask for them")
    func ranges() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "bd"])
        let id = try fixture.id("a.mp4")
        let bytes = try Data(contentsOf: fixture.videos.appendingPathComponent("a.mp4"))
        try await fixture.serve { (client) async throws in
            let path = "/v1/videos/\(id)/file"
            let whole = try await client.get(path)
            #expect(whole.status == 200 && whole.data == bytes && whole.headers[.contentType] == "video/mp4")
            let tag = try #require(whole.headers[.eTag])
            func part(_ range: String, _ more: HTTPFields = [:]) async throws -> ServerClient.Answer {
                var headers = more
                headers[.range] = range
                return try await client.get(path, headers: headers)
            }
            let part1 = try await part("bytes=4-7")
            #expect(part1.status == 206 && part1.data == bytes[4...7])
            #expect(part1.headers[.contentRange] == "bytes 4-7/\(bytes.count)")
            #expect(try await part("bytes=-5").data == bytes.suffix(5))
            #expect(try await part("bytes=10-").data == bytes.dropFirst(10))
            #expect(try await part("bytes=0-999999999").data == bytes)
            let beyond = try await part("bytes=\(bytes.count)-")
            #expect(beyond.status == 416 && beyond.headers[.contentRange] == "bytes */\(bytes.count)")
            for odd in ["bytes=7-4", "bytes=0-1,3-4", "lines=1-2", "bytes=-"] {
                #expect(try await part(odd).status == 200, "\(odd)")
            }
            #expect(try await part("bytes=0-3", [.ifRange: "\"other\""]).status == 200)
            #expect(try await part("bytes=0-3", [.ifRange: tag]).status == 206)
            #expect(try await client.get(path, headers: [.ifNoneMatch: tag]).status == 304)
            let head = try await client.send(.head, path)
            #expect(head.status == 200 && head.data.isEmpty && head.headers[.contentLength] == "\(bytes.count)")
        }
    }

    @Test("gives no file that has changed or gone since it was taken up")
    func changed() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "bd", "b.mp4": "dd"])
        let (a, b) = (try fixture.id("a.mp4"), try fixture.id("b.mp4"))
        try Data("secret".utf8).write(to: fixture.videos.appendingPathComponent("a.mp4"))
        try FileManager.default.removeItem(at: fixture.videos.appendingPathComponent("b.mp4"))
        try FileManager.default.createSymbolicLink(
            atPath: fixture.videos.appendingPathComponent("b.mp4").path, withDestinationPath: "/etc/passwd")
        try await fixture.serve { (client) async throws in
            for id in [a, b] {
                #expect(try await client.get("/v1/videos/\(id)/file").status == 410)
                #expect(try await client.get("/v1/videos/\(id)/thumbnails/1.jpg").status == 410)
                #expect(try await client.get("/v1/videos/\(id)/clip?start=0&end=1").status == 410)
                #expect(try await client.get("/v1/videos/\(id)")["media"] is NSNull)
                #expect(
                    try await client.post("/v1/find", json: #"{"video":"\#(id)","sentences":["dark"]}"#).status == 200)
            }
        }
    }

    @Test("loses a video on request, with an upload's file and without anybody else's")
    func removing() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "bd", "b.mp4": "dd"])
        let a = try fixture.id("a.mp4")
        try ServerFixture.write("dbb", to: fixture.folder.appendingPathComponent("sent.mp4"))
        let sent = try Data(contentsOf: fixture.folder.appendingPathComponent("sent.mp4"))
        try await fixture.serve { (client) async throws in
            let job = try #require(try await client.upload(sent, name: "sent.mp4").text("id"))
            let upload = try #require(
                try await client.wait(for: "/v1/jobs/\(job)") { $0.text("state") == "done" }.text("video"))
            let uploads = fixture.library.url.appendingPathComponent("uploads")
            #expect(try FileManager.default.contentsOfDirectory(atPath: uploads.path).count == 1)
            for id in [a, upload] {
                let answer = try await client.send(.delete, "/v1/videos/\(id)")
                #expect(answer.status == 204 && answer.data.isEmpty)
                #expect(try await client.send(.delete, "/v1/videos/\(id)").status == 404)
                #expect(try await client.get("/v1/videos/\(id)").status == 404)
                #expect(
                    try await client.post("/v1/find", json: #"{"video":"\#(id)","sentences":["dark"]}"#).status == 404)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: uploads.path).isEmpty)
            #expect(
                FileManager.default.fileExists(atPath: fixture.videos.appendingPathComponent("a.mp4").path))
            #expect(try await client.get("/v1/videos").number("total") == 1)
            let hits = try await client.post("/v1/search", json: #"{"sentence":"dark","threshold":0}"#)
            #expect(hits.count("hits") != 0 && hits.text("hits.0.video.name") == "b.mp4")
            #expect(try await client.send(.delete, "/v1/videos/x").status == 404)
            let origin: HTTPFields = [.origin: "http://evil.example"]
            let b = try fixture.id("b.mp4")
            #expect(try await client.send(.delete, "/v1/videos/\(b)", headers: origin).status == 403)
        }
    }
}
