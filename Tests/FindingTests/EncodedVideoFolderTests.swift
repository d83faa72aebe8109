import Foundation
import Testing

@testable import Finding

@Suite struct `A folder of encoded videos` {
    let scratch = ScratchCache()
    private var folder: EncodedVideoFolder { EncodedVideoFolder(scratch.folder) }

    /// Makes a file as somebody leaves it who is interrupted while writing an entry.
    private func leaveUnfinished(_ key: String, age: Double) throws -> String {
        let file = scratch.folder.appendingPathComponent(".\(folder.url(for: key).lastPathComponent).7-8.tmp")
        try Data("half".utf8).write(to: file)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: file.path)
        return file.lastPathComponent
    }

    @Test func `keeps all entries, and reading one leaves its file as it is`() throws {
        for key in ["a", "b", "c"] { try folder.store(scratch.video(1), for: key) }
        let cache = scratch.cache()
        try scratch.age(cache, "a", by: 1000)
        func written() throws -> Date? {
            try FileManager.default.attributesOfItem(atPath: folder.url(for: "a").path)[.modificationDate] as? Date
        }
        let before = try #require(try written())
        #expect(folder.video(for: "a")?.duration == 39.5 && folder.video(for: "d") == nil)
        #expect(try written() == before)
        folder.remove("b")
        #expect(folder.video(for: "b") == nil && scratch.names.count == 2)
        // A cache asks the same, and remembers that it was asked for.
        #expect(cache.video(for: "a") != nil)
        #expect(try #require(try written()) > before)
    }

    @Test func `loses what writers left an hour ago when asked, and nothing else`() throws {
        try folder.store(scratch.video(1), for: "a")
        let old = try leaveUnfinished("b", age: 4000)
        let fresh = try leaveUnfinished("c", age: 10)
        try folder.store(scratch.video(1), for: "d")
        #expect(scratch.names.contains(old))
        folder.removeUnfinished()
        #expect(!scratch.names.contains(old) && scratch.names.contains(fresh) && scratch.names.count == 3)
        let other = try leaveUnfinished("e", age: 4000)
        try scratch.cache().store(scratch.video(1), for: "f")
        #expect(!scratch.names.contains(other) && scratch.names.count == 4)
    }
}
