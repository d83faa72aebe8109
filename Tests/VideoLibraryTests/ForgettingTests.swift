import Foundation
import GRDB
import Hashing
import Testing

@testable import VideoLibrary

@Suite("Forgetting videos")
struct ForgettingTests {
    private func sought(_ word: String, in library: VideoLibrary) throws -> [[String]] {
        try library.search(vector: WordEncoder.vector(word), space: "words", grounder: WordGrounder(word: word))
            .map(\.paths)
    }

    private func leaveDiscarded(_ rows: Range<Int>, of words: String, in library: VideoLibrary) throws {
        let hash = ContentHash.sha256(of: words)
        try library.database.queue.write {
            try $0.execute(
                sql: "INSERT INTO discardedRows (spaceId, hash, firstRow, clips) VALUES (1, ?, ?, ?)",
                arguments: [hash, rows.lowerBound, rows.count])
        }
    }

    private func features(_ fixture: LibraryFixture) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: fixture.place.appendingPathComponent("features").path).count
    }

    @Test("takes a video out with its features, leaves its file, and takes it up again when asked")
    func hash() throws {
        let fixture = try LibraryFixture()
        let path = try fixture.write("dog sea", to: "a.mp4")
        try fixture.write("sea sea", to: "b.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let hash = try #require(try library.hash(ofFileAt: path))
        #expect(try library.forget(hash)?.files.map(\.path) == [path])
        #expect(try library.forget(hash) == nil)
        #expect(try sought("dog", in: library).isEmpty && sought("sea", in: library).count == 1)
        #expect(try features(fixture) == 1)
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try library.contents().clips == 2)
        let again = try library.index(fixture.scan(), with: WordEncoder())
        #expect(again.encoded == 1 && again.unchanged == 1)
        #expect(try sought("dog", in: library) == [[path]])
    }

    @Test("rows that became free are used by the next video that fits, and the vectors' file does not grow")
    func reuse() throws {
        let fixture = try LibraryFixture()
        let vectors = fixture.place.appendingPathComponent("vectors-1.f16").path
        func size() throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: vectors)[.size] as? Int)
        }
        let first = try fixture.write("dog dog dog", to: "a.mp4")
        try fixture.write("sea snow", to: "b.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let before = try size()
        try library.forget(filesAt: [first])
        try FileManager.default.removeItem(atPath: first)
        #expect(try size() == before)
        // Four do not fit into the gap of three, two do, and the one that is left after them as well.
        let long = try fixture.write("kite kite kite kite", to: "c.mp4")
        let short = try fixture.write("door door", to: "d.mp4")
        let single = try fixture.write("dog", to: "e.mp4")
        _ = try library.index(fixture.scan(), with: WordEncoder())
        #expect(try size() == before + 4 * before / 5)
        for (word, path) in [("kite", long), ("door", short), ("dog", single)] {
            #expect(try sought(word, in: library) == [[path]], "\(word)")
        }
        #expect(try sought("snow", in: library).count == 1)
    }

    @Test("a file goes and its video stays where it has another one; a folder goes with all below it")
    func files() throws {
        let fixture = try LibraryFixture()
        let one = try fixture.write("dog", to: "a.mp4")
        let copy = try fixture.write("dog", to: "old/a.mp4")
        try fixture.write("sea", to: "old/deep/b.mp4")
        try fixture.write("", to: "old/bad.mp4")
        try fixture.write("kite", to: "older.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        #expect(try library.contents().failed == 1)
        let gone = try library.forget(filesAt: [fixture.videos.appendingPathComponent("old").path])
        #expect(gone.map(\.name) == ["b.mp4"])
        #expect(try sought("dog", in: library) == [[one]] && library.hash(ofFileAt: copy) == nil)
        #expect(try sought("kite", in: library).count == 1 && library.contents().failed == 0)
    }

    @Test("what is gone goes for good, and nothing else")
    func gone() throws {
        let fixture = try LibraryFixture()
        let old = try fixture.write("dog", to: "a.mp4")
        let moved = try fixture.write("sea", to: "b.mp4")
        let rewritten = try fixture.write("snow", to: "c.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        try FileManager.default.removeItem(atPath: old)
        try FileManager.default.moveItem(
            atPath: moved, toPath: fixture.videos.appendingPathComponent("moved.mp4").path)
        // Its old content is a video without any file then.
        try fixture.write("kite kite", to: "c.mp4")
        _ = try library.index(fixture.scan(), with: WordEncoder())
        #expect(try library.forgetGone().count == 2)
        let contents = try library.contents()
        #expect(contents.videos == 2 && contents.files == 2 && contents.gone == 0)
        #expect(try library.hash(ofFileAt: rewritten) != nil && features(fixture) == 2)
        #expect(try library.forgetGone().isEmpty)
    }

    @Test("what a killed process left to be removed is removed by the next one, unless it is in use again")
    func killed() throws {
        let fixture = try LibraryFixture()
        let path = try fixture.write("dog", to: "a.mp4")
        try fixture.write("sea", to: "b.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let features = fixture.place.appendingPathComponent("features")
        let kept = fixture.folder.appendingPathComponent("kept")
        try FileManager.default.copyItem(at: features, to: kept)
        try library.forget(filesAt: [path])
        // As if the process had been killed between its transaction and the removal.
        try FileManager.default.removeItem(at: features)
        try FileManager.default.moveItem(at: kept, to: features)
        try leaveDiscarded(0..<1, of: "dog", in: library)
        _ = try library.index(VideoScan([fixture.videos.appendingPathComponent("b.mp4").path]), with: WordEncoder())
        #expect(try self.features(fixture) == 1)
        _ = try library.index(fixture.scan(), with: WordEncoder())
        try leaveDiscarded(40..<41, of: "dog", in: library)
        _ = try library.index(fixture.scan(), with: WordEncoder())
        #expect(try sought("dog", in: library) == [[path]])
    }

    @Test("removes uploads and nothing else, even where a path of another library's making leads out of their folder")
    func outside() throws {
        let fixture = try LibraryFixture()
        let path = try fixture.write("dog", to: "a.mp4")
        let kept = fixture.folder.appendingPathComponent("kept")
        let upload = fixture.place.appendingPathComponent("uploads/1/a.mp4")
        let link = fixture.place.appendingPathComponent("uploads/link")
        let library = try fixture.library()
        try FileManager.default.createDirectory(
            at: upload.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: fixture.folder)
        for file in [kept, upload] { try Data("dog".utf8).write(to: file) }
        let ways = [
            upload.path, fixture.place.path + "/uploads/../../kept", link.path + "/kept",
            fixture.place.path + "/library.sqlite", kept.path,
        ]
        for way in ways {
            _ = try library.index(fixture.scan(), with: WordEncoder())
            try library.database.queue.write { database in
                try database.execute(sql: "UPDATE file SET path = ? WHERE path = ?", arguments: [way, path])
                try database.execute(
                    sql: "INSERT OR IGNORE INTO discardedFile (path) VALUES (?)", arguments: [kept.path])
            }
            #expect(try library.forget(ContentHash.sha256(of: "dog")) != nil, "\(way)")
        }
        #expect(FileManager.default.fileExists(atPath: kept.path))
        #expect(FileManager.default.fileExists(atPath: fixture.place.path + "/library.sqlite"))
        #expect(!FileManager.default.fileExists(atPath: upload.path))
    }
}
