import Foundation
import LoopbackServer
import Testing

@testable import Downloads

@Suite("Archives")
struct ArchiveTests {
    private func unpack(_ archive: Data, limits: ArchiveLimits = ArchiveLimits()) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("a.tar.gz")
        try archive.write(to: file)
        do {
            try Unpacking(archive: file, limits: limits).unpack(to: folder.appendingPathComponent("a")) { _, _ in }
        } catch {
            // Nothing half remains, and nothing lies outside.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.tar.gz"])
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        return folder
    }

    private func problem(_ archive: Data, limits: ArchiveLimits = ArchiveLimits()) -> ArchiveProblem? {
        do {
            let folder = try unpack(archive, limits: limits)
            try? FileManager.default.removeItem(at: folder)
            return nil
        } catch DownloadError.archive(_, let problem) {
            return problem
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test("files, folders, long names of both kinds and links that stay inside come out")
    func good() throws {
        let long = (0..<12).map { "a-long-name-\($0)" }.joined(separator: "/")
        let contents = DownloadFolder.bytes(100_000)
        var maker = TarMaker()
        maker.add("./", type: "5")
        maker.add("features/", type: "5")
        maker.add("features/clip/v.npz", contents)
        maker.add("features/empty")
        maker.addGNU(long + "/gnu", Data("gnu".utf8))
        maker.addPAX(long + "/pax-ü", Data("pax".utf8))
        maker.add("features/link", type: "2", target: "../features/clip/v.npz")
        let folder = try unpack(maker.gzip)
        defer { try? FileManager.default.removeItem(at: folder) }
        func read(_ path: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent("a/" + path)) }
        #expect(try read("features/clip/v.npz") == contents)
        #expect(try read("features/empty").isEmpty)
        #expect(try read(long + "/gnu") == Data("gnu".utf8))
        #expect(try read(long + "/pax-ü") == Data("pax".utf8))
        #expect(try read("features/link") == contents)
    }

    @Test("several gzip members follow each other, and the end mark may be missing")
    func members() throws {
        var maker = TarMaker()
        maker.add("x", Data("hello".utf8))
        let tar = maker.tar.dropLast(1024)
        let folder = try unpack(TarMaker.gzip(Data(tar.prefix(300))) + TarMaker.gzip(Data(tar.dropFirst(300))))
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try Data(contentsOf: folder.appendingPathComponent("a/x")) == Data("hello".utf8))
    }

    @Test("what would lie outside is refused", arguments: ["../x", "/tmp/x", "a/../../x", "a/.."])
    func escapes(_ path: String) {
        var maker = TarMaker()
        maker.add("good", Data("good".utf8))
        maker.add(path, Data("bad".utf8))
        #expect(problem(maker.gzip) == .escapes(entry: path))
    }

    @Test("links to outside are refused", arguments: ["/etc/passwd", "../../x", "..", "a/../../../x", ""])
    func links(_ target: String) {
        var maker = TarMaker()
        maker.add("a", type: "2", target: target)
        guard case .unsafe("a", _) = problem(maker.gzip) else {
            Issue.record("a link to \(target) was taken")
            return
        }
    }

    @Test("nothing is written through a link")
    func throughLink() {
        var maker = TarMaker()
        maker.add("folder/", type: "5")
        maker.add("link", type: "2", target: "folder")
        maker.add("link/x", Data("bad".utf8))
        guard case .unsafe("link/x", _) = problem(maker.gzip) else {
            Issue.record("it was written")
            return
        }
        // A file in the place of a link replaces the link, and not what it leads to.
        var other = TarMaker()
        other.add("file", Data("old".utf8))
        other.add("link", type: "2", target: "file")
        other.add("link", Data("new".utf8))
        #expect(throws: Never.self) {
            let folder = try unpack(other.gzip)
            defer { try? FileManager.default.removeItem(at: folder) }
            #expect(try Data(contentsOf: folder.appendingPathComponent("a/file")) == Data("old".utf8))
        }
    }

    @Test("devices, pipes and hard links are refused", arguments: ["1", "3", "4", "6", "Z"] as [Character])
    func kinds(_ type: Character) {
        var maker = TarMaker()
        maker.add("a", type: type, target: "b")
        guard case .unsafe("a", _) = problem(maker.gzip) else {
            Issue.record("it was taken")
            return
        }
    }

    @Test("what ends too early or is damaged is refused")
    func damaged() {
        var maker = TarMaker()
        maker.add("x", DownloadFolder.bytes(50_000))
        let whole = maker.gzip
        #expect(problem(Data(whole.prefix(20_000))) == .truncated)
        #expect(problem(TarMaker.gzip(Data(maker.tar.prefix(20_000)))) == .truncated)
        var broken = whole
        broken[whole.startIndex + 20_000] ^= 0xff
        #expect(problem(broken) != nil)
        for bytes in [Data("no archive at all".utf8), Data(), TarMaker.gzip(Data("no tar".utf8)), TarMaker().gzip] {
            #expect(problem(bytes) != nil)
        }
        var header = maker.tar
        header[header.startIndex + 10] ^= 1
        guard case .damaged = problem(TarMaker.gzip(header)) else {
            Issue.record("a wrong checksum was taken")
            return
        }
    }

    @Test("what unpacks to too much is refused before it is written")
    func limits() {
        var limits = ArchiveLimits()
        (limits.bytes, limits.entries) = (1000, 3)
        var large = TarMaker()
        large.add("x", Data(count: 1001))
        #expect(problem(large.gzip, limits: limits) == .tooLarge(limit: 1000))
        var claims = TarMaker()
        claims.add("x", Data(), size: 0o7777_7777_777)
        #expect(problem(claims.gzip, limits: limits) == .tooLarge(limit: 1000))
        var many = TarMaker()
        for index in 0..<4 { many.add("\(index)") }
        #expect(problem(many.gzip, limits: limits) == .tooMany(limit: 3))
    }

    @Test("a downloaded archive is unpacked, not kept, and not asked for again")
    func downloaded() async throws {
        let folder = DownloadFolder()
        var maker = TarMaker()
        maker.add("features/x", Data("hello".utf8))
        let archive = maker.gzip
        let server = try LoopbackServer { .file(archive, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let hash = DownloadFolder.hash(archive)
        let events = Events()
        try await folder.fetch(server, "set.tar.gz", path: "/set", sha256: hash, events: events)
        #expect(folder.names == ["set"])
        #expect(try folder.contents("set/features/x") == Data("hello".utf8))
        #expect(events.all.contains(.unpacking(entries: 1, bytes: 5)))
        #expect(try await folder.fetch(server, "set.tar.gz", sha256: hash) == .present(sha256: nil))
        #expect(server.requests.count == 1)
    }

    @Test("a downloaded archive that does harm leaves nothing but itself")
    func harmful() async throws {
        let folder = DownloadFolder()
        var maker = TarMaker()
        maker.add("../x", Data("bad".utf8))
        let archive = maker.gzip
        let server = try LoopbackServer { .file(archive, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) {
            try await folder.fetch(server, "set.tar.gz", policy: .trustFirst)
        }
        #expect(error == .archive(path: folder.url.path + "/set.tar.gz", problem: .escapes(entry: "../x")))
        #expect(folder.names == ["set.tar.gz", "set.tar.gz.sha256"] && error?.exitCode == 65)
    }
}
