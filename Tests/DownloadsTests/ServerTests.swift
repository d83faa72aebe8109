import Foundation
import LoopbackServer
import Testing

@testable import Downloads

@Suite("Answers that are no file")
struct ServerTests {
    private let data = DownloadFolder.bytes(10_000)
    private var hash: String { DownloadFolder.hash(data) }

    @Test("a busy server is asked again", arguments: ["500 Broken", "503 Busy", "429 Slow down"])
    func busy(_ status: String) async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in $0.index < 2 ? .init(status) : .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let events = Events()
        try await folder.fetch(server, sha256: hash, events: events)
        #expect(try folder.contents() == data)
        #expect(events.retries == 2)
    }

    @Test("a server that stays busy is given up")
    func busyForEver() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { _ in .init("503 Busy") }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
        #expect(error == .busy(address: server.url.absoluteString + "/weights.bin", status: 503))
        #expect(server.requests.count == 3 && folder.names.isEmpty)
    }

    @Test("a file that is not given is not asked for again", arguments: [404, 403, 410])
    func refused(_ status: Int) async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { _ in .init("\(status) No") }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
        #expect(error == .refused(address: server.url.absoluteString + "/weights.bin", status: status))
        #expect(server.requests.count == 1 && error?.exitCode == 69)
    }

    @Test("a redirection is followed, also to another server and in the middle of a file")
    func redirected() async throws {
        let folder = DownloadFolder()
        let other = try LoopbackServer { [data] request in
            let reply = LoopbackServer.Reply.file(data, for: request)
            return request.index == 0 ? reply.cut(after: 4000) : reply
        }
        let server = try LoopbackServer { request in
            request.path == "/weights.bin"
                ? .init("302 Found", [("Location", "/next?a=b")])
                : .init("307 Temporary Redirect", [("Location", other.url.absoluteString + "/there")])
        }
        defer {
            folder.remove()
            server.stop()
            other.stop()
        }
        try await folder.fetch(server, sha256: hash)
        #expect(try folder.contents() == data)
        #expect(server.requests.map(\.path) == ["/weights.bin", "/next?a=b", "/weights.bin", "/next?a=b"])
        #expect(other.requests.map(\.offset) == [nil, 4000])
    }

    @Test("redirections end: in a circle, after too many, to no address")
    func redirectedForEver() async throws {
        for (location, reason) in [("/weights.bin", "circle"), ("", "more than"), ("ftp://127.0.0.1/x", "http")] {
            let folder = DownloadFolder()
            let server = try LoopbackServer {
                .init("301 Moved", [("Location", location.isEmpty ? "/\($0.index)" : location)])
            }
            defer {
                folder.remove()
                server.stop()
            }
            let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
            guard case .redirected(_, _, let why) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(why.contains(reason))
            #expect(server.requests.count <= 6 && error?.exitCode == 76)
        }
    }

    @Test("what began encrypted is not continued in the clear")
    func neverInTheClear() throws {
        let secure = URL(string: "https://a.example/x")!
        var redirections = Redirections(from: secure, limit: 5)
        #expect(throws: DownloadError.self) { try redirections.next(after: secure, "http://a.example/x") }
        #expect(try redirections.next(after: secure, "//b.example/y").absoluteString == "https://b.example/y")
        let clear = URL(string: "http://a.example/x")!
        var others = Redirections(from: clear, limit: 5)
        #expect(try others.next(after: clear, "https://a.example/x").scheme == "https")
    }

    @Test("a server that is not there cannot be reached")
    func unreachable() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { _ in .init() }
        server.stop()
        defer { folder.remove() }
        // Until the port is closed, it answers nothing.
        try await Task.sleep(for: .milliseconds(60))
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, sha256: hash) }
        #expect(error == .unreachable(host: "127.0.0.1", reason: "Connection refused"))
        #expect(error?.exitCode == 68)
    }
}
