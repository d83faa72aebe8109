import Foundation
import HTTPTypes
import Media
import Testing

@testable import MomentsServer

@Suite("Pictures and clips")
struct PictureRouteTests {
    /// A file's content as Media sees it.
    private func info(_ data: Data, _ name: String, in folder: URL) throws -> VideoInfo {
        let url = folder.appendingPathComponent(name)
        try data.write(to: url)
        return try VideoInfo(of: url)
    }

    @Test("show the time that is asked for, as high as asked for and no higher than the video")
    func thumbnails() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "bd"])
        let id = try fixture.id("a.mp4")
        try await fixture.serve { (client) async throws in
            let path = "/v1/videos/\(id)/thumbnails"
            let bright = try await client.get("\(path)/1.jpg?height=32")
            #expect(bright.status == 200 && bright.data.prefix(2) == Data([0xFF, 0xD8]))
            #expect(Self.height(bright.data) == 32)
            let high = try await client.get("\(path)/1.jpg?height=700")
            #expect(Self.height(high.data) == 48)
            let dark = try await client.get("\(path)/3.25.jpg?height=32")
            #expect(dark.data != bright.data)
            #expect(try await client.get("\(path)/9999.jpg?height=32").data == dark.data)
            let tag = try #require(bright.headers[.eTag])
            #expect(try await client.get("\(path)/1.jpg?height=32", headers: [.ifNoneMatch: tag]).status == 304)
            #expect(try await client.get("\(path)/1.jpg?height=9").status == 422)
            for odd in ["x.jpg", "-1.jpg", "1e3.jpg", "1.2345.jpg", ".jpg", "1.png"] {
                #expect(try await client.get("\(path)/\(odd)").status == 404, "\(odd)")
            }
        }
    }

    @Test("are cut exactly or by copy, and come in parts")
    func clips() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "bdbd"])
        let id = try fixture.id("a.mp4")
        try await fixture.serve { (client) async throws in
            let path = "/v1/videos/\(id)/clip"
            let exact = try await client.get("\(path)?start=1.5&end=3.5")
            #expect(exact.status == 200 && exact.headers[.contentType] == "video/mp4")
            let length = try #require(try info(exact.data, "c.mp4", in: fixture.folder).duration)
            #expect(abs(length - 2) < 0.15)
            let part = try await client.get("\(path)?start=1.5&end=3.5", headers: [.range: "bytes=0-9"])
            #expect(part.status == 206 && part.data == exact.data.prefix(10))
            let copy = try await client.get("\(path)?start=1.5&end=3.5&mode=copy&download=true")
            let span = try #require(copy.headers[HTTPField.Name("Moments-Span")!]).split(separator: "-").compactMap {
                Double($0)
            }
            #expect(span.count == 2 && span[0] <= 1.5 && span[1] >= 3.5)
            #expect(copy.headers[.contentDisposition]?.hasPrefix("attachment; filename=\"a-1.5-3.5.mp4\"") == true)
            for wrong in [
                "start=2&end=1", "start=2", "start=-1&end=1", "start=99&end=100", "start=0&end=1&mode=fast",
                "start=0&end=nan", "start=0&end=1&download=maybe",
            ] {
                #expect(try await client.get("\(path)?\(wrong)").status == 422, "\(wrong)")
            }
        }
    }

    @Test("are no longer than allowed, and leave nothing behind")
    func limits() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "bdbd"])
        fixture.settings.clipLimit = 3
        fixture.settings.clipCache = 1
        let id = try fixture.id("a.mp4")
        try await fixture.serve { (client) async throws in
            let path = "/v1/videos/\(id)/clip"
            #expect(try await client.get("\(path)?start=0&end=4").status == 422)
            // Each one makes room for the next.
            for start in 0..<3 {
                #expect(try await client.get("\(path)?start=\(start)&end=\(start + 1)").status == 200)
            }
            #expect(files(fixture).filter { $0.hasSuffix(".mp4") }.count == 1)
        }
        #expect(files(fixture).isEmpty)
    }

    @Test("that take too long are given up, and nothing of them stays")
    func slow() async throws {
        let fixture = try ServerFixture()
        try fixture.index(["a.mp4": "bdbd"])
        fixture.settings.clipTime = .zero
        let id = try fixture.id("a.mp4")
        try await fixture.serve { (client) async throws in
            let answer = try await client.get("/v1/videos/\(id)/clip?start=0&end=4")
            #expect(answer.status == 503 && answer.text("error.code") == "timeout")
            #expect(files(fixture).filter { $0.contains(".mp4") }.isEmpty)
        }
    }

    /// What lies where clips are kept.
    @Sendable private func files(_ fixture: ServerFixture) -> [String] {
        FileManager.default.enumerator(atPath: fixture.settings.temporaryFolder.path)?.compactMap { $0 as? String }
            ?? []
    }

    /// The height that a JPEG's frame header names.
    private static func height(_ jpeg: Data) -> Int? {
        var place = 2
        while place + 8 < jpeg.count, jpeg[place] == 0xFF {
            if jpeg[place + 1] == 0xC0 { return Int(jpeg[place + 5]) << 8 | Int(jpeg[place + 6]) }
            place += 2 + (Int(jpeg[place + 2]) << 8 | Int(jpeg[place + 3]))
        }
        return nil
    }
}
