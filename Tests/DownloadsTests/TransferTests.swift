import Downloads
import Foundation
import LoopbackServer
import Testing

@Suite("A file from a server")
struct TransferTests {
    private let data = DownloadFolder.bytes(300_000)
    private var hash: String { DownloadFolder.hash(data) }

    @Test("comes whole, is checked, gets its name, and leaves nothing else; the second call asks nobody")
    func whole() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let events = Events()
        let outcome = try await folder.fetch(server, sha256: hash, byteCount: data.count, events: events)
        #expect(outcome == .fetched(sha256: hash, byteCount: data.count))
        #expect(try folder.contents() == data)
        #expect(folder.names == ["weights.bin"])
        #expect(events.all.contains(.progress(received: data.count, total: data.count)))
        #expect(try await folder.fetch(server, sha256: hash) == .present(sha256: hash))
        #expect(server.requests.count == 1)
        #expect(server.requests[0].headers["accept-encoding"] == "identity")
    }

    /// A server that does not say how much it sends.
    private func chunkedServer() throws -> LoopbackServer {
        try LoopbackServer { [data] _ in
            var reply = LoopbackServer.Reply("200 OK", [("Transfer-Encoding", "chunked")])
            reply.length = nil
            reply.body = Data("\(String(data.count, radix: 16))\r\n".utf8) + data + Data("\r\n0\r\n\r\n".utf8)
            return reply
        }
    }

    @Test("without a length that is longer than it should be is not taken to its end")
    func endless() async throws {
        let folder = DownloadFolder()
        let server = try chunkedServer()
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) {
            try await folder.fetch(server, sha256: hash, byteCount: 1000)
        }
        #expect(error == .tooLarge(address: server.url.absoluteString + "/weights.bin", limit: 1000))
    }

    @Test("comes without a length, in chunks")
    func chunked() async throws {
        let folder = DownloadFolder()
        let server = try chunkedServer()
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, sha256: hash)
        #expect(try folder.contents() == data)
    }

    @Test("with other bytes is thrown away")
    func wrongBytes() async throws {
        let folder = DownloadFolder()
        let other = DownloadFolder.bytes(300_000, seed: 2)
        let server = try LoopbackServer { .file(other, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
        let address = server.url.absoluteString + "/weights.bin"
        #expect(error == .wrongHash(address: address, expected: hash, found: DownloadFolder.hash(other)))
        #expect(folder.names.isEmpty)
    }

    @Test("that is longer or shorter than it should be is refused before it comes", arguments: [299_999, 300_001])
    func wrongSize(_ size: Int) async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) {
            try await folder.fetch(server, sha256: hash, byteCount: size)
        }
        #expect(
            error == .wrongSize(address: server.url.absoluteString + "/weights.bin", expected: size, found: 300_000))
        #expect(folder.names.isEmpty)
    }

    @Test("whose server claims too small a length is not taken for whole")
    func claimsTooLittle() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] _ in
            var reply = LoopbackServer.Reply.whole(data)
            reply.length = 200_000
            return reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
        #expect(!folder.names.contains("weights.bin"))
    }

    @Test("whose server claims too large a length is not taken for whole, and what came is kept")
    func claimsTooMuch() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] _ in
            var reply = LoopbackServer.Reply.whole(data, [("ETag", "\"1\"")])
            reply.length = 400_000
            return reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
        guard case .brokenOff(_, _, 400_000) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.requests.count == 3)
        #expect(!folder.names.contains("weights.bin") && folder.names.contains("weights.bin.part"))
    }

    @Test("a page for people in its place is called so")
    func webPage() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { _ in
            .whole(Data("<html>".utf8), [("Content-Type", "text/html; charset=utf-8")])
        }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, policy: .trustFirst) }
        #expect(error == .webPage(address: server.url.absoluteString + "/weights.bin"))
    }

    @Test("that is too large for the disk is not begun")
    func tooLargeForTheDisk() async throws {
        var folder = DownloadFolder()
        folder.settings.byteLimit = .max
        let server = try LoopbackServer { _ in
            var reply = LoopbackServer.Reply()
            reply.length = 1 << 60
            reply.stalls = true
            return reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, policy: .trustFirst) }
        #expect(error == .diskFull(path: folder.url.path + "/weights.bin.part", needed: 1 << 60))
        #expect(error?.exitCode == 74)
    }

    @Test("that is larger than anything here is refused")
    func tooLarge() async throws {
        var folder = DownloadFolder()
        folder.settings.byteLimit = 100_000
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, policy: .trustFirst) }
        #expect(error == .tooLarge(address: server.url.absoluteString + "/weights.bin", limit: 100_000))
    }

    @Test("cannot go where nothing can be written")
    func unwritable() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        // The place is a file, not a folder.
        try Data().write(to: folder.url)
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
        guard case .unwritable(folder.url.path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.exitCode == 73)
        #expect(server.requests.isEmpty)
    }

    @Test("another file that is in its place stays, and is named")
    func wrongFile() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: folder.url.appendingPathComponent("weights.bin"))
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
        guard case .wrongFile = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try folder.contents() == Data("mine".utf8))
        #expect(server.requests.isEmpty)
    }

    @Test("comes from a mirror, below whose path the official path stays")
    func mirror() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let file = CatalogueFile(
            name: "weights.bin", address: URL(string: "https://official.invalid/models/a%20b?id=7&x=y")!, sha256: hash)
        let mirror = URL(string: server.url.absoluteString + "/mirror/")!
        try await Downloader(settings: folder.settings, mirror: mirror).fetch(file, into: folder.url)
        #expect(server.requests.map(\.path) == ["/mirror/models/a%20b?id=7&x=y"])
        #expect(server.requests[0].headers["host"]?.hasPrefix("127.0.0.1") == true)
    }

    @Test("wanted twice at once is asked for once")
    func twoAtOnce() async throws {
        let folder = DownloadFolder()
        let events = Events()
        let server = try LoopbackServer { [data] in
            // Until the second one has come.
            for _ in 0..<1000 where !events.all.contains(.waiting) { usleep(10_000) }
            return .file(data, for: $0)
        }
        defer {
            folder.remove()
            server.stop()
        }
        async let first = folder.fetch(server, sha256: hash, events: events)
        async let second = folder.fetch(server, sha256: hash, events: events)
        let outcomes = try await [first, second]
        #expect(outcomes.contains(.present(sha256: hash)))
        #expect(outcomes.contains(.fetched(sha256: hash, byteCount: data.count)))
        #expect(server.requests.count == 1)
        #expect(events.all.contains(.waiting))
        #expect(folder.names == ["weights.bin"])
    }
}
