import Foundation
import HTTPTypes
import Testing
import VideoLibrary

@testable import MomentsServer

@Suite("Uploads and their jobs")
struct JobRouteTests {
    /// The uploads' folders and files.
    @Sendable private func uploads(_ fixture: ServerFixture) -> [String] {
        FileManager.default.enumerator(atPath: fixture.library.url.appendingPathComponent("uploads").path)?
            .compactMap { $0 as? String } ?? []
    }

    private func video(_ seconds: String, _ fixture: ServerFixture) throws -> Data {
        try Data(contentsOf: ServerFixture.write(seconds, to: fixture.folder.appendingPathComponent("\(UUID()).mp4")))
    }

    @Test("become videos that are found, and the same bytes are not kept twice")
    func upload() async throws {
        let fixture = try ServerFixture()
        let data = try video("dbd", fixture)
        try await fixture.serve { (client) async throws in
            let taken = try await client.upload(data, name: "Mein Film (1).mp4")
            #expect(taken.status == 202)
            let place = try #require(taken.headers[.location])
            let done = try await client.wait(for: place) { $0.text("state") == "done" }
            #expect(done.text("state") == "done" && done.number("progress.fraction") == 1)
            let id = try #require(done.text("video"))
            let listed = try await client.get("/v1/videos/\(id)")
            #expect(listed.text("name") == "Mein Film (1).mp4")
            #expect(try await client.get("/v1/videos/\(id)/file").data == data)
            let found = try await client.post(
                "/v1/find", json: #"{"job":"\#(done.text("id")!)","sentences":["bright"]}"#)
            #expect(found.number("answers.0.moments.0.start") == 2 && found.flag("isPartial") == false)
            let again = try await client.upload(data, name: "other.mp4")
            #expect(again.status == 202 && again.text("state") == "done" && again.text("video") == id)
            #expect(try await client.get("/v1/videos").number("total") == 1)
            #expect(uploads(fixture).filter { $0.hasSuffix(".mp4") }.count == 1)
            #expect(try await client.get("/v1/jobs").count("jobs") == 2)
            #expect(try await client.get("/v1/jobs?state=failed").count("jobs") == 0)
            #expect(try await client.get("/v1/jobs?state=lost").status == 422)
        }
    }

    @Test("of the same bytes, sent again before they are encoded, become one video with one file")
    func sentAgain() async throws {
        let fixture = try ServerFixture()
        let data = try video("dbd", fixture)
        fixture.encoder.gate.close()
        try await fixture.serve { (client) async throws in
            let first = try await client.upload(data, name: "a.mp4").text("id")!
            _ = try await client.wait(for: "/v1/jobs/\(first)") { $0.text("state") == "running" }
            let second = try await client.upload(data, name: "b.mp4").text("id")!
            fixture.encoder.gate.open()
            let ended = try await client.wait(for: "/v1/jobs/\(second)") { $0.text("state") == "done" }
            let video = try await client.get("/v1/jobs/\(first)").text("video")
            #expect(video != nil && ended.text("video") == video && ended.number("progress.fraction") == 1)
            while uploads(fixture).count > 2 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(uploads(fixture).filter { $0.contains("/") }.map { $0.suffix(6) } == ["/a.mp4"])
            #expect(try await client.get("/v1/videos").number("total") == 1)
        }
        #expect(fixture.encoder.names == ["a.mp4"])
    }

    @Test("tell how far they are, and are asked before their end")
    func progress() async throws {
        let fixture = try ServerFixture()
        let data = try video("dbdb", fixture)
        fixture.encoder.gate.close()
        try await fixture.serve { (client) async throws in
            let job = try await client.upload(data, name: "a.mp4")
            let id = try #require(job.text("id"))
            let running = try await client.wait(for: "/v1/jobs/\(id)") { ($0.number("progress.askable") ?? 0) > 0 }
            #expect(running.text("state") == "running")
            let partial = try await client.post("/v1/find", json: #"{"job":"\#(id)","sentences":["dark"]}"#)
            #expect(partial.status == 200 && partial.flag("isPartial") == true && partial["video"] is NSNull)
            #expect(partial.count("answers.0.curve.relevance") == 1 && partial.number("duration") == 2)
            let events = Task { try await client.get("/v1/jobs/\(id)/events") }
            _ = try await client.wait(for: "/metrics") { $0.body.contains("moments_event_listeners 1.0") }
            fixture.encoder.gate.open()
            let text = try await events.value
            #expect(text.headers[.contentType] == "text/event-stream")
            let names = text.body.split(separator: "\n").filter { $0.hasPrefix("event: ") }
            #expect(names.first == "event: progress" && names.last == "event: done")
            let last = try #require(text.body.split(separator: "\n").last { $0.hasPrefix("data: ") })
            let object = try JSONSerialization.jsonObject(with: Data(last.dropFirst(6).utf8)) as? [String: Any]
            #expect(object?["state"] as? String == "done")
            // A job that has ended has one event.
            let late = try await client.get("/v1/jobs/\(id)/events").body
            #expect(late.components(separatedBy: "event: ").count == 2 && late.hasPrefix("event: done"))
            #expect(try await client.get("/v1/jobs/\(UUID())/events").status == 404)
        }
    }

    @Test("of what is no video fail, say why, and leave no file")
    func broken() async throws {
        let fixture = try ServerFixture()
        try await fixture.serve { (client) async throws in
            let job = try await client.upload(Data("no video".utf8), name: "a.mp4")
            let failed = try await client.wait(for: "/v1/jobs/\(job.text("id")!)") { $0.text("state") == "failed" }
            #expect(failed.text("error.code") == "unreadable" && failed.text("error.message")?.isEmpty == false)
            _ = try await client.wait(for: "/v1/library") { $0.number("failed") == 0 }
            while !uploads(fixture).isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            #expect(try await client.get("/v1/library").number("failed") == 0)
            #expect(try await client.get("/v1/jobs/\(job.text("id")!)/events").body.hasPrefix("event: failed"))
        }
    }

    @Test("under names that mean something to a file system lie where all others lie")
    func names() async throws {
        let fixture = try ServerFixture()
        let data = try video("d", fixture)
        fixture.encoder.gate.close()
        try await fixture.serve { (client) async throws in
            for name in ["../../evil.mp4", "/etc/evil.mp4", "a\\b.mp4", "evil.sh", ".mp4", "mp4", "a\nb.mp4", ""] {
                #expect(try await client.upload(data, name: name).status == 422, "\(name)")
            }
            #expect(try await client.send(.post, "/v1/videos", data, type: "video/mp4").status == 422)
            for name in ["...mp4", "~root.mp4", "%2e%2e.mp4", "a;rm -rf $HOME.mp4", "-o.mp4", "日本 ☃.mkv"] {
                #expect(try await client.upload(data, name: name).status == 202, "\(name)")
            }
            let files = uploads(fixture).filter { $0.contains("/") }
            #expect(files.count == 6 && files.allSatisfy { !$0.contains("..") || $0.hasSuffix("_.mp4") }, "\(files)")
            #expect(!FileManager.default.fileExists(atPath: fixture.folder.appendingPathComponent("evil.mp4").path))
        }
    }

    @Test("are refused when they are too large, of another type, empty, or too many")
    func limits() async throws {
        let fixture = try ServerFixture()
        let data = try video("d", fixture)
        fixture.settings.uploadLimit = Int64(data.count)
        fixture.settings.waitingJobs = 1
        fixture.encoder.gate.close()
        try await fixture.serve { (client) async throws in
            let large = try await client.upload(data + Data([0]), name: "a.mp4")
            #expect(large.status == 413 && large.headers[.connection] == "close")
            #expect(try await client.upload(Data(), name: "a.mp4").status == 422)
            #expect(try await client.send(.post, "/v1/videos?name=a.mp4", data, type: "text/html").status == 415)
            #expect(uploads(fixture).isEmpty)
            let first = try await client.upload(data, name: "a.mp4")
            _ = try await client.wait(for: "/v1/jobs/\(first.text("id")!)") { $0.text("state") == "running" }
            #expect(try await client.upload(data, name: "b.mp4").status == 202)
            let full = try await client.upload(data, name: "c.mp4")
            #expect(full.status == 503 && full.headers[.retryAfter] == "60" && full.text("error.code") == "queue_full")
        }
    }

    @Test("are stopped by a client, whether they wait or run")
    func cancel() async throws {
        let fixture = try ServerFixture()
        let (first, second) = (try video("dbdb", fixture), try video("bdbd", fixture))
        fixture.encoder.gate.close()
        try await fixture.serve { (client) async throws in
            let running = try await client.upload(first, name: "a.mp4").text("id")!
            _ = try await client.wait(for: "/v1/jobs/\(running)") { $0.text("state") == "running" }
            let waiting = try await client.upload(second, name: "b.mp4")
            #expect(waiting.number("position") == 0)
            let stopped = try await client.send(.post, "/v1/jobs/\(waiting.text("id")!)/cancel")
            #expect(stopped.status == 200 && stopped.text("state") == "cancelled")
            #expect(try await client.send(.post, "/v1/jobs/\(waiting.text("id")!)/cancel").status == 409)
            #expect(try await client.send(.post, "/v1/jobs/\(running)/cancel").status == 200)
            let ended = try await client.wait(for: "/v1/jobs/\(running)") { $0.text("state") == "cancelled" }
            #expect(ended.text("state") == "cancelled" && ended["finished"] is String)
            while !uploads(fixture).isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            #expect(try await client.send(.post, "/v1/jobs/\(UUID())/cancel").status == 404)
            #expect(fixture.encoder.names.isEmpty)
        }
    }

    @Test("that wait or run when the server stops are taken up by the next one")
    func restart() async throws {
        let fixture = try ServerFixture()
        let (first, second) = (try video("dbdb", fixture), try video("bdbd", fixture))
        fixture.encoder.gate.close()
        let ids = try await fixture.serve { (client) async throws in
            let ids = [
                try await client.upload(first, name: "a.mp4").text("id")!,
                try await client.upload(second, name: "b.mp4").text("id")!,
            ]
            _ = try await client.wait(for: "/v1/jobs/\(ids[0])") { $0.text("state") == "running" }
            // The server stops before the gate opens.
            await fixture.server.close()
            return ids
        }
        #expect(fixture.encoder.names.isEmpty)
        try await fixture.serve { (client) async throws in
            for id in ids {
                let done = try await client.wait(for: "/v1/jobs/\(id)") { $0.text("state") == "done" }
                #expect(done.text("state") == "done")
            }
            #expect(try await client.get("/v1/videos").number("total") == 2)
        }
        #expect(fixture.encoder.names == ["a.mp4", "b.mp4"])
    }

    @Test("that broke a server down twice are not tried a third time")
    func poison() async throws {
        let fixture = try ServerFixture()
        let path = fixture.folder.appendingPathComponent("a.mp4")
        try ServerFixture.write("db", to: path)
        var job = Job(name: "a.mp4", path: path.path)
        job.state = .running
        let id = job.id
        let file = JobFile(fixture.library)
        for crashes in [nil, 1] {
            job.crashes = crashes
            try file.write([job])
            try await fixture.serve { (client) async throws in
                let ended = try await client.wait(for: "/v1/jobs/\(id)") {
                    $0.text("state") == "done" || $0.text("state") == "failed"
                }
                #expect(ended.text("state") == (crashes == nil ? "done" : "failed"))
                #expect(ended.text("error.code") == (crashes == nil ? nil : "crashed"))
            }
        }
    }

    @Test("whose list cannot be read keep the server from starting, and what came in part is removed")
    func leftovers() async throws {
        let fixture = try ServerFixture()
        let place = fixture.library.url.appendingPathComponent("uploads/\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: place.appendingPathComponent("a.mp4.part"))
        try await fixture.serve { _ in #expect(uploads(fixture).isEmpty) }
        try Data("{".utf8).write(to: fixture.library.url.appendingPathComponent("jobs.json"))
        await #expect(throws: ServerError.self) { try await fixture.serve { _ in } }
    }

    @Test("that came in whole before the server was killed are taken up, and sent again they are not doubled")
    func orphan() async throws {
        let fixture = try ServerFixture()
        let data = try video("dbd", fixture)
        let (place, vain) = (UUID().uuidString, UUID().uuidString)
        for folder in [place, vain].map(fixture.library.uploads.appendingPathComponent) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try data.write(to: folder.appendingPathComponent("a.mp4"))
        }
        // Of a job that was cancelled; the server was killed before it removed the file.
        let folder = fixture.library.uploads.appendingPathComponent(vain).path
        var job = Job(name: "a.mp4", path: "\(folder)/a.mp4", folder: folder)
        (job.state, job.finished) = (.cancelled, Date())
        try JobFile(fixture.library).write([job])
        try await fixture.serve { (client) async throws in
            let done = try await client.wait(for: "/v1/jobs?state=done") { $0.count("jobs") == 1 }
            let again = try await client.upload(data, name: "a.mp4")
            #expect(again.text("state") == "done" && again.text("video") == done.text("jobs.0.video"))
            #expect(try await client.get("/v1/videos").number("total") == 1)
        }
        #expect(uploads(fixture).sorted() == [place, "\(place)/a.mp4"])
    }

    @Test("take no folder with them that is not an upload's own, whatever the list of jobs says")
    func foreignFolder() async throws {
        let fixture = try ServerFixture()
        let folders = [fixture.folder, fixture.library.uploads].map { $0.appendingPathComponent(UUID().uuidString) }
        for folder in folders {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("no video".utf8).write(to: folder.appendingPathComponent("a.mp4"))
        }
        let jobs = folders.map {
            Job(name: "a.mp4", path: $0.appendingPathComponent("a.mp4").path, folder: $0.path)
        }
        try JobFile(fixture.library).write(jobs)
        try await fixture.serve { (client) async throws in
            for job in jobs {
                let ended = try await client.wait(for: "/v1/jobs/\(job.id)") { $0.text("state") == "failed" }
                #expect(ended.text("state") == "failed")
            }
        }
        #expect(folders.map { FileManager.default.fileExists(atPath: $0.path) } == [true, false])
    }
}
