import Downloads
import Foundation
import LoopbackServer
import Testing

@Suite("What proves a file")
struct HashPolicyTests {
    private let data = DownloadFolder.bytes(5000)
    private var hash: String { DownloadFolder.hash(data) }

    @Test("a file without a published hash is refused, and nobody is asked")
    func unpinned() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server) }
        #expect(error == .unpinned(file: "weights.bin"))
        #expect(error?.description.contains("--trust") == true && error?.exitCode == 64)
        #expect(server.requests.isEmpty)
    }

    @Test("what was trusted once is checked from then on, also when it must come again")
    func trusted() async throws {
        let folder = DownloadFolder()
        let other = DownloadFolder.bytes(5000, seed: 2)
        let server = try LoopbackServer { [data] in .file($0.index == 0 ? data : other, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        try await folder.fetch(server, policy: .trustFirst)
        #expect(try folder.contents("weights.bin.sha256") == Data("\(hash)  weights.bin\n".utf8))
        #expect(try await folder.fetch(server) == .present(sha256: hash))
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("weights.bin"))
        for policy in [HashPolicy.trustFirst, .published] {
            let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, policy: policy) }
            guard case .wrongHash(_, hash, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(folder.names == ["weights.bin.sha256"])
    }

    @Test("a hash of the user's is checked, and recorded when it was right")
    func given() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let wrong = String(repeating: "0", count: 64)
        await #expect(throws: DownloadError.self) { try await folder.fetch(server, policy: .given(wrong)) }
        #expect(folder.names.isEmpty)
        try await folder.fetch(server, policy: .given(hash.uppercased()))
        #expect(folder.names == ["weights.bin", "weights.bin.sha256"])
        let error = await #expect(throws: DownloadError.self) { try await folder.fetch(server, policy: .given("12ab")) }
        #expect(error == .noHash("12ab"))
    }

    @Test("a hash of the user's cannot replace the published one")
    func contradicted() async throws {
        let folder = DownloadFolder()
        let server = try LoopbackServer { [data] in .file(data, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let other = String(repeating: "0", count: 64)
        let error = await #expect(throws: DownloadError.self) {
            try await folder.fetch(server, sha256: hash, policy: .given(other))
        }
        #expect(error == .contradicted(file: "weights.bin", published: hash, given: other))
        #expect(server.requests.isEmpty)
    }

    @Test("offline, a file is there and right, missing, or another one")
    func verified() throws {
        let folder = DownloadFolder()
        defer { folder.remove() }
        let file = CatalogueFile(name: "weights.bin", address: URL(string: "https://x.invalid/y")!, sha256: hash)
        #expect(try Downloader().verified(file, in: folder.url) == nil)
        try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        let place = folder.url.appendingPathComponent("weights.bin")
        try data.write(to: place)
        #expect(try Downloader().verified(file, in: folder.url) == .present(sha256: hash))
        try Data("other".utf8).write(to: place)
        #expect(throws: DownloadError.self) { try Downloader().verified(file, in: folder.url) }
    }
}
