import Downloads
import Encoders
import Finding
import Foundation
import Hashing
import LoopbackServer
import Media
import Testing

/// A folder with a cache of its own.
private struct DownloadsFolder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
    let moments: MomentsProgram

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        moments = MomentsProgram(folder: url, environment: ["MOMENTS_CACHE": url.appendingPathComponent("cache").path])
    }

    func remove() { try? FileManager.default.removeItem(at: url) }

    func cached(_ path: String) -> URL { url.appendingPathComponent("cache/downloads/" + path) }

    func write(_ contents: Data, to url: URL) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try contents.write(to: url)
    }
}

@Suite("download")
struct DownloadCommandTests {
    private let bytes = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 8) })

    @Test("the list has every item with terms and addresses, for people and for programs")
    func list() throws {
        let folder = try DownloadsFolder()
        defer { folder.remove() }
        let text = try folder.moments("download", "--list")
        #expect(text.code == 0)
        for item in Catalogue.items { #expect(text.output.contains(item.name) && text.output.contains(item.licence)) }
        #expect(text.output.contains("unpinned"))
        struct Line: Decodable {
            let name: String
            let cached: Bool
        }
        let lines = try folder.moments("download", "--list", "--json").output.split(separator: "\n")
        let items = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(items.map(\.name) == Catalogue.items.map(\.name) && items.allSatisfy { !$0.cached })
    }

    @Test("mistakes in calling it are said with what to do")
    func mistakes() throws {
        let folder = try DownloadsFolder()
        defer { folder.remove() }
        #expect(try folder.moments("download").code == 64)
        #expect(try folder.moments("download", "clip-vit-b-32", "--list").code == 64)
        let unknown = try folder.moments("download", "clip")
        #expect(unknown.code == 64 && unknown.messages.contains("clip-vit-b-32"))
        let unpinned = try folder.moments("download", "slowfast-8x8-r50")
        #expect(unpinned.code == 64 && unpinned.messages.contains("--sha256") && unpinned.messages.contains("--trust"))
        #expect(try folder.moments("download", "tacos", "--mirror", "nowhere").code == 64)
        #expect(try folder.moments("download", "slowfast-8x8-r50", "--sha256", "xyz").code == 64)
        #expect(try folder.moments("download", "tacos", "--sha256", String(repeating: "0", count: 64)).code == 64)
    }

    @Test("offline, what is missing is named and nobody is asked")
    func offline() throws {
        let folder = try DownloadsFolder()
        defer { folder.remove() }
        let missing = try folder.moments("download", "clip-vit-b-32", "--offline")
        #expect(missing.code == 66)
        #expect(missing.messages.contains(folder.cached("clip-vit-b-32/ViT-B-32.pt").path))
        #expect(missing.messages.contains("bpe_simple_vocab_16e6.txt.gz"))
    }

    @Test("what is trusted comes from a mirror into the cache, is recorded, and is there offline")
    func trusted() throws {
        let folder = try DownloadsFolder()
        let server = try LoopbackServer { [bytes] in .file(bytes, for: $0) }
        defer {
            folder.remove()
            server.stop()
        }
        let first = try folder.moments(
            "download", "slowfast-8x8-r50", "--trust", "--mirror", server.url.absoluteString + "/m", "--json")
        #expect(first.code == 0, "\(first.messages)")
        let file = folder.cached("slowfast-8x8-r50/SLOWFAST_8x8_R50.pkl")
        #expect(try Data(contentsOf: file) == bytes)
        #expect(server.requests.map(\.path) == ["/m/pyslowfast/model_zoo/kinetics400/SLOWFAST_8x8_R50.pkl"])
        struct Line: Decodable {
            let path, status, sha256: String
            let bytes: Int
            let published: Bool
        }
        let line = try JSONDecoder().decode(Line.self, from: Data(first.output.utf8))
        #expect(line.path == file.path && line.status == "fetched" && line.bytes == bytes.count && !line.published)
        #expect(try line.sha256 == ContentHash.sha256(of: file))
        let again = try folder.moments("download", "slowfast-8x8-r50", "--offline")
        #expect(again.code == 0 && again.output.contains("there already") && again.output.contains(line.sha256))
        try Data("damaged".utf8).write(to: file)
        let damaged = try folder.moments("download", "slowfast-8x8-r50", "--offline")
        #expect(damaged.code == 65 && damaged.messages.contains(line.sha256))
    }

    @Test("wrong bytes end with 65, a missing file with 69, and nothing is left in the folder")
    func wrong() throws {
        let folder = try DownloadsFolder()
        let wrong = Data("{}".utf8)
        let server = try LoopbackServer { request in
            request.path.hasPrefix("/none") ? .init("404 Not Found") : .file(wrong, for: request)
        }
        defer {
            folder.remove()
            server.stop()
        }
        let hash = String(repeating: "ab", count: 32)
        let outcome = try folder.moments(
            "download", "slowfast-8x8-r50", "--sha256", hash, "--mirror", server.url.absoluteString, "--to", "here")
        #expect(outcome.code == 65 && outcome.messages.contains(hash), "\(outcome.messages)")
        let size = try folder.moments("download", "tvsum", "--mirror", server.url.absoluteString, "--to", "here")
        #expect(size.code == 65 && size.messages.contains("2 bytes"), "\(size.messages)")
        let none = try folder.moments(
            "download", "tvsum", "--mirror", server.url.absoluteString + "/none", "--to", "here")
        #expect(none.code == 69 && none.messages.contains("--mirror"), "\(none.messages)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/here").isEmpty)
    }

    @Test("Ctrl-C keeps what has come, says so, and the same command goes on there")
    func interrupted() throws {
        let folder = try DownloadsFolder()
        let server = try LoopbackServer { [bytes] request in
            let reply = LoopbackServer.Reply.file(bytes, for: request)
            return request.index == 0 ? reply.stalled(after: 150_000) : reply
        }
        defer {
            folder.remove()
            server.stop()
        }
        let call = ["download", "slowfast-8x8-r50", "--trust", "--mirror", server.url.absoluteString]
        let (process, outcome) = try folder.moments.start(call)
        let part = folder.cached("slowfast-8x8-r50/SLOWFAST_8x8_R50.pkl.part")
        while process.isRunning, (try? Data(contentsOf: part).count) ?? 0 < 150_000 { usleep(10_000) }
        process.interrupt()
        let stopped = try outcome()
        #expect(stopped.code == 130 && stopped.messages.contains("same command goes on there"), "\(stopped.messages)")
        #expect(try Data(contentsOf: part).count == 150_000)
        let later = try folder.moments.start(call).outcome()
        #expect(later.code == 0 && later.messages.contains("going on after 150.0 kB"), "\(later.messages)")
        #expect(server.requests.map(\.offset) == [nil, 150_000])
        #expect(try Data(contentsOf: part.deletingPathExtension()) == bytes)
    }

    @Test("downloads lie beside the encoded videos, wherever the cache is")
    func oneCache() {
        for environment in [["MOMENTS_CACHE": "/m"], ["XDG_CACHE_HOME": "/x"], ["XDG_CACHE_HOME": "x"], [:]] {
            #expect(
                DownloadCache.standardFolder(environment: environment).deletingLastPathComponent().path
                    == EncodedVideoCache.standardFolder(environment: environment).deletingLastPathComponent().path)
        }
    }

    @Test("extract and find use what was downloaded, and say what to download")
    func usedByEncoders() throws {
        let folder = try DownloadsFolder()
        defer { folder.remove() }
        let writer = try VideoWriter(
            folder.url.appendingPathComponent("door.mp4"), width: 64, height: 48, settings: VideoSettings(frameRate: 10)
        )
        for index in 0..<40 {
            let light = UInt8(index < 20 ? 30 : 220)
            try writer.add(Frame(width: 64, height: 48, pixels: [UInt8](repeating: light, count: 64 * 48 * 3)))
        }
        try writer.finish()
        let call = ["extract", "door.mp4", "--encoder", "clip,slowfast", "--out", "features"]

        let nothing = try folder.moments("find", "door.mp4", "the door")
        #expect(
            nothing.code == 0 && nothing.messages.contains("moments download clip-vit-b-32"), "\(nothing.messages)")
        var sizes = CLIPConfiguration.tiny
        (sizes.imageSize, sizes.vocabularySize) = (32, 516)
        let made = folder.url.appendingPathComponent("made")
        try CLIP(sizes, seed: 2).save(to: made)
        try folder.write(
            Data(contentsOf: made.appendingPathComponent("model.safetensors")),
            to: folder.cached("clip-vit-b-32/ViT-B-32.pt"))
        try folder.write(
            Data("#version: 0.2\nt h\nth e</w>\n".utf8), to: folder.cached("clip-vit-b-32/bpe_simple_vocab_16e6.txt.gz")
        )
        let half = try folder.moments.start(call).outcome()
        #expect(half.code == 64 && half.messages.contains("moments download slowfast-8x8-r50"), "\(half.messages)")
        let named = try folder.moments.start(call + ["--slowfast", "slowfast-8x8-r50-pytorchvideo"]).outcome()
        #expect(named.code == 64 && named.messages.contains("download slowfast-8x8-r50-pytorchvideo"))

        var slow = SlowFastConfiguration()
        (slow.width, slow.fastWidth) = (8, 2)
        let weights = made.appendingPathComponent("slow.safetensors")
        try SlowFast.writeRandomWeights(slow, to: weights)
        try folder.write(Data(contentsOf: weights), to: folder.cached("slowfast-8x8-r50/SLOWFAST_8x8_R50.pkl"))
        let all = try folder.moments.start(call).outcome()
        #expect(all.code == 0, "\(all.messages)")
        let found = try folder.moments("find", "door.mp4", "the", "--json", "--threshold", "0")
        #expect(found.code == 0 && found.output.contains("pred_relevant_windows"), "\(found.messages)")
    }
}
