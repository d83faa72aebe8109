import Batches
import Finding
import Foundation
import GRDB
import Grounding
import Testing
import VideoLibrary

@Suite("Indexing a library")
struct LibraryIndexTests {
    @Test("encodes each video once, and nothing when nothing changed")
    func once() throws {
        let fixture = try LibraryFixture()
        try fixture.write("sea sea dog", to: "a.mp4")
        try fixture.write("door", to: "deep/b.mkv")
        try fixture.write("no video", to: "notes.txt")
        let encoder = WordEncoder()
        let library = try fixture.library()
        let first = try library.index(fixture.scan(), with: encoder)
        #expect(first.encoded == 2 && first.failed.isEmpty)
        #expect(try library.contents().clips == 4)
        let second = try fixture.library().index(fixture.scan(), with: encoder)
        #expect(second.unchanged == 2 && second.encoded == 0)
        #expect(encoder.encoded == ["a.mp4", "b.mkv"])
    }

    @Test("removes what a killed writer of features left long ago, and no features")
    func leftovers() throws {
        let fixture = try LibraryFixture()
        try fixture.write("sea", to: "a.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let features = fixture.place.appendingPathComponent("features")
        let kept = try FileManager.default.contentsOfDirectory(atPath: features.path)
        let left = features.appendingPathComponent(".\(kept[0]).1-2.tmp")
        try Data("half".utf8).write(to: left)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -4000)], ofItemAtPath: left.path)
        _ = try library.index(fixture.scan(), with: WordEncoder())
        #expect(try FileManager.default.contentsOfDirectory(atPath: features.path) == kept)
    }

    @Test("tells that it was the database that failed, and takes the video up once that works again")
    func databaseFails() throws {
        let fixture = try LibraryFixture()
        try fixture.write("sea", to: "a.mp4")
        let library = try fixture.library()
        let database = try DatabaseQueue(path: fixture.place.appendingPathComponent("library.sqlite").path)
        try database.write {
            try $0.execute(
                sql: "CREATE TRIGGER full BEFORE INSERT ON encoding BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        }
        let error = try #require(
            #expect(throws: (any Error).self) { try library.index(fixture.scan(), with: WordEncoder()) })
        #expect(LibraryError.isOfDatabase(error) && "\(error)".contains("disk is full"))
        try database.write { try $0.execute(sql: "DROP TRIGGER full") }
        #expect(try library.index(fixture.scan(), with: WordEncoder()).encoded == 1)
    }

    @Test("does not hold against a file what another in its place did for a while")
    func awayForAWhile() throws {
        struct Remover: LibraryEncoder {
            let space = "words"
            let searched = "clip"
            func encode(_ video: URL, progress: (Double, Double?) -> Bool) throws -> EncodedVideo {
                try FileManager.default.moveItem(at: video, to: video.appendingPathExtension("away"))
                throw WordEncoder.NoVideo()
            }
        }
        let fixture = try LibraryFixture()
        let path = try fixture.write("sea", to: "a.mp4")
        let library = try fixture.library()
        #expect(try library.index(fixture.scan(), with: Remover()).failed[path]?.contains("changed") == true)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        #expect(try library.index(fixture.scan(), with: WordEncoder()).encoded == 1)
    }

    @Test("knows a moved file and a copy by their content, and marks what is gone")
    func moved() throws {
        let fixture = try LibraryFixture()
        let old = try fixture.write("sea sea", to: "a.mp4")
        let encoder = WordEncoder()
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: encoder)
        try FileManager.default.removeItem(atPath: old)
        try fixture.write("sea sea", to: "holidays/a.mp4")
        try fixture.write("sea sea", to: "copy.mp4")
        let report = try library.index(fixture.scan(), with: encoder)
        #expect(report.known == 2 && report.encoded == 0 && report.gone == [old])
        #expect(encoder.encoded.count == 1)
        let contents = try library.contents()
        #expect(contents.videos == 1 && contents.files == 2 && contents.gone == 1)
    }

    @Test("does a changed file again, and finds what is in it now")
    func changed() throws {
        let fixture = try LibraryFixture()
        let path = try fixture.write("sea sea", to: "a.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        try fixture.write("dog dog dog", to: "a.mp4")
        let report = try library.index(fixture.scan(), with: WordEncoder())
        #expect(report.encoded == 1)
        let hits = try library.search(
            vector: WordEncoder.vector("dog"), space: "words", grounder: WordGrounder(word: "dog"))
        #expect(hits.first?.paths == [path] && hits.first?.duration == 6)
        #expect(
            try library.search(
                vector: WordEncoder.vector("sea"), space: "words", grounder: WordGrounder(word: "sea")
            ).isEmpty)
    }

    @Test("reports what cannot be read, goes on, and tries again when it has changed")
    func failing() throws {
        let fixture = try LibraryFixture()
        let path = try fixture.write("", to: "a.mp4")
        try fixture.write("dog", to: "b.mp4")
        let encoder = WordEncoder()
        let library = try fixture.library()
        let first = try library.index(fixture.scan(), with: encoder)
        #expect(first.failed == [path: "this is not a video"] && first.encoded == 1)
        #expect(try library.index(fixture.scan(), with: encoder).failed.count == 1)
        try fixture.write("kite", to: "a.mp4")
        let mended = try library.index(fixture.scan(), with: encoder)
        #expect(mended.failed.isEmpty && mended.encoded == 1)
    }

    @Test("stopped between two videos, keeps the first and goes on with the second")
    func stopped() throws {
        let fixture = try LibraryFixture()
        for name in ["a", "b", "c"] { try fixture.write("sea \(name == "a" ? "dog" : "kite")", to: "\(name).mp4") }
        try fixture.write("sea snow", to: "c.mp4")
        let encoder = WordEncoder()
        encoder.limit = 1
        let library = try fixture.library()
        let first = try library.index(fixture.scan(), with: encoder)
        #expect(first.wasStopped && first.encoded == 1 && first.gone.isEmpty)
        encoder.limit = .max
        let second = try library.index(fixture.scan(), with: encoder)
        #expect(second.unchanged == 1 && second.encoded == 2)
        #expect(try library.contents().clips == 6)
    }

    @Test("rows of a process that was killed before its transaction are written over")
    func killed() throws {
        let fixture = try LibraryFixture()
        try fixture.write("sea", to: "a.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let vectors = fixture.place.appendingPathComponent("vectors-1.f16")
        let file = try FileHandle(forWritingTo: vectors)
        try file.seekToEnd()
        try file.write(contentsOf: Data(repeating: 0x3C, count: 23))
        try file.close()
        try fixture.write("dog dog", to: "b.mp4")
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let hits = try library.search(
            vector: WordEncoder.vector("dog"), space: "words", grounder: WordGrounder(word: "dog"))
        #expect(hits.count == 1 && hits[0].moment.span.length == 4)
        #expect(abs(hits[0].cosine - 1) < 1e-3)
    }

    @Test("two kinds of encoders lie side by side")
    func spaces() throws {
        let fixture = try LibraryFixture()
        try fixture.write("sea", to: "a.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let other = try library.index(fixture.scan(), with: WordEncoder(space: "other words"))
        #expect(other.encoded == 1)
        #expect(try library.spaces() == ["words", "other words"])
        #expect(throws: LibraryError.otherEncoders(asked: "third", known: ["words", "other words"])) {
            try library.search(vector: [1], space: "third", grounder: WordGrounder(word: "sea"))
        }
    }

    @Test("a folder with other files is left alone, a missing library is named, a missing path too")
    func mistakes() throws {
        let fixture = try LibraryFixture()
        try fixture.write("sea", to: "a.mp4")
        #expect(throws: LibraryError.notALibrary(folder: fixture.videos.path)) {
            try VideoLibrary(at: fixture.videos, creating: true)
        }
        #expect(throws: LibraryError.missing(folder: fixture.place.path)) { try VideoLibrary(at: fixture.place) }
        #expect(throws: LibraryError.noSuchPath("/nowhere/at/all")) { try VideoScan(["/nowhere/at/all"]) }
    }

    @Test("shards have every file once")
    func shards() throws {
        let fixture = try LibraryFixture()
        for index in 0..<7 { try fixture.write("sea", to: "v\(index).mp4") }
        let scan = try fixture.scan()
        let parts = (0..<3).flatMap { scan.shard($0, of: 3).files }
        #expect(parts.count == 7 && Set(parts) == Set(scan.files))
    }
}
