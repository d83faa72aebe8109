import Downloads
import Foundation
import LoopbackServer
import Testing

@Suite("A download that breaks")
struct ResumingTests {
    private let data = DownloadFolder.bytes(300_000)
    private var hash: String { DownloadFolder.hash(data) }

    /// Whether each request goes on behind the one before, and no further than what had been sent by then. Bytes that nobody had
    /// taken yet are lost with a connection that breaks, and are asked for again.
    private static func goOn(_ offsets: [Int], upTo sent: [Int]) -> Bool {
        offsets.first == 0 && offsets.count == sent.count + 1
            && zip(offsets, zip(offsets.dropFirst(), sent)).allSatisfy { $0 < $1.0 && $1.0 <= $1.1 }
    }

    @Test("goes on where it stopped, and only the rest is asked for")
    func brokenOff() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] request in
            let reply = LoopbackServer.Reply.file(data, for: request)
            return request.index < 2 ? reply.cut(after: 100_000) : reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        let events = Events()
        try await folder.fetch(server, policy: .trustFirst, events: events)
        #expect(try folder.contents() == data)
        let offsets = server.requests.map { $0.offset ?? 0 }
        #expect(Self.goOn(offsets, upTo: [100_000, 200_000]))
        #expect(server.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"1\"" })
        #expect(events.resumptions == Array(offsets.dropFirst()) && events.retries == 2)
    }

    @Test("begins again where the server knows no ranges")
    func withoutRanges() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] request in
            let reply = LoopbackServer.Reply.whole(data, [("ETag", "\"1\"")])
            return request.index == 0 ? reply.cut(after: 100_000) : reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        let events = Events()
        try await folder.fetch(server, sha256: hash, events: events)
        #expect(try folder.contents() == data)
        #expect(Self.goOn(server.requests.map { $0.offset ?? 0 }, upTo: [100_000]))
        #expect(events.restarts == 1)
    }

    @Test("takes nothing of the old file when it has changed meanwhile")
    func changed() async throws {
        let folder = DownloadFolder()
        let new = DownloadFolder.bytes(250_000, seed: 5)
        let server = try LoopbackServer { [data] request in
            request.index == 0
                ? .file(data, tag: "\"old\"", for: request).cut(after: 100_000)
                : .file(new, tag: "\"new\"", for: request)
        }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, policy: .trustFirst)
        #expect(try folder.contents() == new)
    }

    @Test("takes nothing of the old file either when the server answers a range of the new one")
    func changedUnnoticed() async throws {
        let folder = DownloadFolder()
        let new = DownloadFolder.bytes(300_000, seed: 5)
        let server = try LoopbackServer { [data] request in
            // It does not look at If-Range.
            guard request.index > 0, let offset = request.offset else {
                return request.index == 0
                    ? .file(data, tag: "\"old\"", for: request).cut(after: 100_000)
                    : .file(new, tag: "\"new\"", for: request)
            }
            var reply = LoopbackServer.Reply.whole(
                new.dropFirst(offset), [("ETag", "\"new\""), ("Content-Range", "bytes \(offset)-299999/300000")])
            reply.status = "206 Partial Content"
            return reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, policy: .trustFirst)
        #expect(try folder.contents() == new)
    }

    @Test("begins again where nothing tells whether the file is the same, unless its hash is known")
    func withoutValidator() async throws {
        for isPinned in [false, true] {
            let folder = DownloadFolder()
            let server = try LoopbackServer { [data] request in
                let reply = LoopbackServer.Reply.file(data, tag: nil, for: request)
                return request.index == 0 ? reply.cut(after: 100_000) : reply
            }
            defer {
                folder.remove()
                server.stop()
            }
            try await folder.fetch(server, sha256: isPinned ? hash : nil, policy: .trustFirst)
            #expect(try folder.contents() == data)
            let offsets = server.requests.map { $0.offset ?? 0 }
            #expect(isPinned ? Self.goOn(offsets, upTo: [100_000]) : offsets == [0, 0])
        }
    }

    @Test("fetches everything once more where what was put together is wrong")
    func patchedWrongly() async throws {
        let folder = DownloadFolder()
        let other = DownloadFolder.bytes(300_000, seed: 9)
        let server = try LoopbackServer { [data] request in
            request.index == 0
                ? .file(other, tag: nil, for: request).cut(after: 100_000) : .file(data, tag: nil, for: request)
        }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, sha256: hash)
        #expect(try folder.contents() == data)
        let offsets = server.requests.map { $0.offset ?? 0 }
        #expect(Self.goOn(Array(offsets.prefix(2)), upTo: [100_000]) && offsets.dropFirst(2) == [0])
    }

    @Test("is not spoiled by a server that sends another part than was asked for")
    func otherPart() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] request in
            if request.index == 0 { return .file(data, for: request).cut(after: 100_000) }
            guard request.offset != nil else { return .file(data, for: request) }
            var reply = LoopbackServer.Reply.whole(
                data.dropFirst(50_000), [("ETag", "\"1\""), ("Content-Range", "bytes 50000-299999/300000")])
            reply.status = "206 Partial Content"
            return reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, policy: .trustFirst)
        #expect(try folder.contents() == data)
    }

    @Test("ends when the server says that nothing follows (416), if that fits")
    func nothingFollows() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] request in
            // More is claimed than there is.
            var reply = LoopbackServer.Reply.file(data, for: request)
            if request.index == 0 { (reply.length, reply.pause) = (400_000, 1) }
            return reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, sha256: hash)
        #expect(try folder.contents() == data)
        // The last request is for what does not exist.
        #expect(server.requests.last?.offset == 300_000)
    }

    @Test("begins again when the server says that the file is shorter now (416)")
    func shorterNow() async throws {
        let folder = DownloadFolder()
        let new = DownloadFolder.bytes(50_000, seed: 3)
        let server = try LoopbackServer { [data] request in
            if request.index == 0 { return .file(data, for: request).cut(after: 100_000) }
            return request.offset == nil
                ? .file(new, tag: "\"2\"", for: request)
                : LoopbackServer.Reply("416 Range Not Satisfiable", [("Content-Range", "bytes */50000")])
        }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, policy: .trustFirst)
        #expect(try folder.contents() == new)
    }

    @Test("stalls no longer than it may, before the answer and within")
    func stalled() async throws {
        for hasHead in [false, true] {
            var folder = DownloadFolder()
            folder.settings.stallTimeout = 0.2
            let server = try LoopbackServer { [data] request in
                hasHead ? .file(data, for: request).stalled(after: 1000) : .silence
            }
            defer {
                folder.remove()
                server.stop()
            }
            let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
            #expect(error == .stalled(address: server.url.absoluteString + "/weights.bin", seconds: 0.2))
            #expect(error?.exitCode == 75)
            #expect(server.requests.count == 3)
            #expect(folder.names == (hasHead ? ["weights.bin.part", "weights.bin.part.json"] : []))
        }
    }

    @Test("goes on after a stall")
    func goesOnAfterStall() async throws {
        var folder = DownloadFolder()
        folder.settings.stallTimeout = 1
        let server = try LoopbackServer { [data] request in
            let reply = LoopbackServer.Reply.file(data, for: request)
            return request.index == 0 ? reply.stalled(after: 120_000) : reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, sha256: hash)
        #expect(try folder.contents() == data)
        #expect(Self.goOn(server.requests.map { $0.offset ?? 0 }, upTo: [120_000]))
    }

    @Test("keeps what came when it is cancelled, and the next call goes on there")
    func cancelled() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] request in
            let reply = LoopbackServer.Reply.file(data, for: request)
            return request.index == 0 ? reply.stalled(after: 120_000) : reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        let events = Events()
        let work = Task { [hash] in try await folder.fetch(server, sha256: hash, events: events) }
        while !events.all.contains(.progress(received: 120_000, total: 300_000)) {
            try await Task.sleep(for: .milliseconds(5))
        }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(folder.names == ["weights.bin.part", "weights.bin.part.json"])
        let later = Events()
        try await folder.fetch(server, sha256: hash, events: later)
        #expect(try folder.contents() == data)
        #expect(later.resumptions == [120_000])
    }

    @Test("gets its retries anew when much came between")
    func progressCounts() async throws {
        var folder = DownloadFolder()
        (folder.settings.retries, folder.settings.progressThatCounts) = (1, 20_000)
        let server = try LoopbackServer { [data] in .file(data, for: $0).cut(after: 50_000) }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, sha256: hash)
        #expect(server.requests.count >= 6)
        #expect(try folder.contents() == data)
    }

    @Test("does not take a part that nobody described")
    func strangePart() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        try Data("whatever".utf8).write(to: folder.url.appendingPathComponent("weights.bin.part"))
        try await folder.fetch(server, policy: .trustFirst)
        #expect(try folder.contents() == data)
        #expect(server.requests.map(\.offset) == [nil])
    }
}
