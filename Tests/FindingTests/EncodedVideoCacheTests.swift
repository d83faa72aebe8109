import Foundation
import Testing
import Torch

@testable import Finding

/// A cache in a folder of its own, which is removed with it.
final class ScratchCache {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
    deinit { try? FileManager.default.removeItem(at: folder) }

    func cache(limit: Int = .max) -> EncodedVideoCache { EncodedVideoCache(folder: folder, limit: limit) }

    func video(_ seed: Double, clips: Int = 20) -> EncodedVideo {
        EncodedVideo(
            duration: 39.5, clipLength: 2,
            components: [
                .init(name: "slowfast", encoder: "slowfast-8x8-r50", weights: nil, features: .full([clips, 5], seed)),
                .init(name: "clip", encoder: "clip-vit-b-32", weights: "abc", features: .full([clips + 1, 3], -seed)),
            ])
    }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted() }

    /// Makes an entry look as if it had been used so long ago.
    func age(_ cache: EncodedVideoCache, _ key: String, by seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: cache.url(for: key).path)
    }
}

@Suite struct `The cache of encoded videos` {
    let scratch = ScratchCache()

    @Test func `gives back what was stored, and nothing for another key`() throws {
        let cache = scratch.cache()
        let key = "sha256:77/clip \"é\"\n" + String(repeating: "x", count: 500)
        #expect(cache.video(for: key) == nil)
        try cache.store(scratch.video(1.5), for: key)
        let found = try #require(cache.video(for: key))
        #expect(found.duration == 39.5)
        #expect(found.clipLength == 2)
        #expect(found.clipCount == 20)
        #expect(found.components.map(\.name) == ["slowfast", "clip"])
        #expect(found.components.map(\.encoder) == ["slowfast-8x8-r50", "clip-vit-b-32"])
        #expect(found.components.map(\.weights) == [nil, "abc"])
        #expect(found["clip"]?.features.shape == [21, 3])
        #expect(found["clip"]?.features.floats() == [Float](repeating: -1.5, count: 63))
        #expect(cache.video(for: key + "x") == nil)
    }

    @Test func `asks for a video once`() throws {
        let cache = scratch.cache()
        var calls = 0
        for _ in 0..<3 {
            let video = try cache.video(for: "a") {
                calls += 1
                return scratch.video(4)
            }
            #expect(video["clip"]?.features.floats().first == -4)
        }
        #expect(calls == 1)
        #expect(throws: CancellationError.self) { try cache.video(for: "b") { throw CancellationError() } }
        #expect(cache.video(for: "b") == nil && scratch.names.count == 1)
    }

    @Test func `has a key for all that features depend on`() {
        let keys = [
            ("v", ["clip a"], "2/1"), ("w", ["clip a"], "2/1"), ("v", ["clip b"], "2/1"), ("v", ["clip a"], "1/1"),
        ]
        .map { EncodedVideo.key(video: $0, encoders: $1, clipLength: $2) }
        #expect(Set(keys).count == keys.count)
        #expect(keys[0] == EncodedVideo.key(video: "v", encoders: ["clip a"], clipLength: "2/1"))
    }

    @Test func `keeps the latest of two stored under one key, and leaves no other file`() throws {
        let cache = scratch.cache()
        try cache.store(scratch.video(1), for: "a")
        try cache.store(scratch.video(2), for: "a")
        #expect(cache.video(for: "a")?.components[0].features.floats().first == 2)
        #expect(scratch.names.count == 1)
    }

    @Test(arguments: ["cut", "flipped", "text", "empty"])
    func `ignores a damaged entry and writes it anew`(_ damage: String) throws {
        let cache = scratch.cache()
        try cache.store(scratch.video(1), for: "a")
        let file = cache.url(for: "a")
        var bytes = try Data(contentsOf: file)
        switch damage {
        case "cut": bytes.removeLast(7)
        case "flipped": bytes[bytes.count - 9] ^= 4
        case "text": bytes = Data("hello".utf8)
        default: bytes = Data()
        }
        try bytes.write(to: file)
        #expect(cache.video(for: "a") == nil)
        #expect(scratch.names.isEmpty)
        try cache.store(scratch.video(3), for: "a")
        #expect(cache.video(for: "a")?.components[0].features.floats().first == 3)
    }

    @Test func `takes no entry that lies at another one's place`() throws {
        let cache = scratch.cache()
        try cache.store(scratch.video(1), for: "a")
        try FileManager.default.moveItem(at: cache.url(for: "a"), to: cache.url(for: "b"))
        #expect(cache.video(for: "b") == nil)
    }

    @Test func `removes what was used least recently when there is too much`() throws {
        let big = scratch.cache()
        for (age, key) in ["a", "b", "c"].enumerated() {
            try big.store(scratch.video(1), for: key)
            try scratch.age(big, key, by: Double(100 - 10 * age))
        }
        // Reading makes the oldest entry the latest.
        #expect(big.video(for: "a") != nil)
        let size = try #require(
            FileManager.default.attributesOfItem(atPath: big.url(for: "a").path)[.size] as? Int)
        try scratch.cache(limit: 3 * size + size / 2).store(scratch.video(1), for: "d")
        #expect(big.video(for: "b") == nil)
        #expect(["a", "c", "d"].allSatisfy { big.video(for: $0) != nil })
        try scratch.cache(limit: 1).store(scratch.video(1), for: "e")
        #expect(scratch.names == [big.url(for: "e").lastPathComponent])
    }

    @Test func `leaves files of others alone`() throws {
        let cache = scratch.cache(limit: 1)
        try cache.store(scratch.video(1), for: "a")
        let other = scratch.folder.appendingPathComponent("notes.txt")
        try Data("mine".utf8).write(to: other)
        try cache.store(scratch.video(1), for: "b")
        #expect(FileManager.default.fileExists(atPath: other.path))
    }

    @Test func `lies where the environment says`() {
        func place(_ environment: [String: String]) -> String {
            EncodedVideoCache.standardFolder(environment: environment).path
        }
        #expect(place(["MOMENTS_CACHE": "/m", "XDG_CACHE_HOME": "/x"]) == "/m/videos")
        #expect(place(["MOMENTS_CACHE": "", "XDG_CACHE_HOME": "/x"]) == "/x/moments/videos")
        #expect(place(["XDG_CACHE_HOME": "x"]).hasSuffix("/.cache/moments/videos"))
        #expect(place([:]).hasSuffix("/.cache/moments/videos"))
    }

    @Test func `says which folder cannot be written`() throws {
        try FileManager.default.createDirectory(at: scratch.folder, withIntermediateDirectories: true)
        let file = scratch.folder.appendingPathComponent("file")
        try Data().write(to: file)
        let cache = EncodedVideoCache(folder: file.appendingPathComponent("videos"))
        #expect(throws: (any Error).self) { try cache.store(scratch.video(1), for: "a") }
    }
}
