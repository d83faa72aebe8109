import Foundation
import GRDB
import Grounding
import Testing

@testable import VideoLibrary

@Suite("Merging libraries")
struct MergingTests {
    /// Libraries of parts of the fixture's videos.
    private func parts(_ fixture: LibraryFixture, _ count: Int, space: String = "words") throws -> [VideoLibrary] {
        try (0..<count).map { index in
            let part = try VideoLibrary(at: fixture.folder.appendingPathComponent("part-\(index)"), creating: true)
            _ = try part.index(fixture.scan().shard(index, of: count), with: WordEncoder(space: space))
            return part
        }
    }

    private func sought(_ word: String, in library: VideoLibrary) throws -> [String] {
        try library.search(vector: WordEncoder.vector(word), space: "words", grounder: WordGrounder(word: word))
            .map { "\($0.paths) \($0.moment.span) \(String(format: "%.3f", $0.cosine))" }
    }

    @Test("gives what one machine alone would have made, and the same call again changes nothing")
    func shards() throws {
        let fixture = try LibraryFixture()
        for (index, word) in WordEncoder.words.enumerated() {
            try fixture.write("sea \(word) \(word)", to: "v\(index).mp4")
        }
        try fixture.write("sea dog dog", to: "copy.mp4")
        try fixture.write("", to: "bad.mp4")
        let alone = try VideoLibrary(at: fixture.folder.appendingPathComponent("alone"), creating: true)
        _ = try alone.index(fixture.scan(), with: WordEncoder())
        let parts = try parts(fixture, 3)
        let library = try fixture.library()
        let report = try library.merge(parts)
        #expect(report.merged == 5 && report.files == 7 && report.damaged.isEmpty)
        #expect(try library.contents() == alone.contents())
        for word in WordEncoder.words { #expect(try sought(word, in: library) == sought(word, in: alone), "\(word)") }
        let again = try library.merge(parts)
        #expect(again.merged == 0 && again.files == 0)
        // Everything is known to indexing as well, also what could not be read.
        let indexed = try library.index(fixture.scan(), with: WordEncoder())
        #expect(indexed.unchanged == 6 && indexed.failed.count == 1)
    }

    @Test("stopped between two videos, keeps the first and goes on with the second")
    func stopped() throws {
        let fixture = try LibraryFixture()
        for word in WordEncoder.words { try fixture.write(word, to: "\(word).mp4") }
        let parts = try parts(fixture, 2)
        let library = try fixture.library()
        let first = try library.merge(parts) { library, done, _ in library == 0 && done < 2 }
        #expect(first.wasStopped && first.merged == 2)
        let rest = try library.merge(parts)
        #expect(!rest.wasStopped && rest.merged == 3 && rest.known == 2)
        #expect(try library.contents().clips == 5)
    }

    @Test("refuses what was encoded otherwise before anything is changed")
    func spaces() throws {
        let fixture = try LibraryFixture()
        try fixture.write("dog", to: "a.mp4")
        let words = try parts(fixture, 1)[0]
        let other = try VideoLibrary(at: fixture.folder.appendingPathComponent("other"), creating: true)
        _ = try other.index(fixture.scan(), with: WordEncoder(space: "other words"))
        let library = try fixture.library()
        #expect(
            throws: LibraryError.otherSpaces(folder: other.url.path, spaces: ["other words"], expected: ["words"])
        ) { try library.merge([words, other]) }
        #expect(try library.contents().videos == 0)
        #expect(throws: LibraryError.sameLibrary(folder: words.url.path)) { try words.merge([words]) }
    }

    @Test("names videos whose features are lost, and takes the others")
    func damaged() throws {
        let fixture = try LibraryFixture()
        try fixture.write("dog", to: "a.mp4")
        try fixture.write("sea", to: "b.mp4")
        let part = try parts(fixture, 1)[0]
        let features = part.url.appendingPathComponent("features")
        let lost = try #require(try FileManager.default.contentsOfDirectory(atPath: features.path).first)
        try FileManager.default.removeItem(at: features.appendingPathComponent(lost))
        let report = try fixture.library().merge([part])
        #expect(report.damaged.count == 1 && report.merged == 1)
    }

    @Test("a path that means something else here keeps what is here")
    func paths() throws {
        let fixture = try LibraryFixture()
        let path = try fixture.write("dog", to: "a.mp4")
        let part = try parts(fixture, 1)[0]
        try fixture.write("kite kite", to: "a.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let before = try library.hash(ofFileAt: path)
        let report = try library.merge([part])
        #expect(report.merged == 1 && report.files == 0)
        #expect(try library.hash(ofFileAt: path) == before && sought("dog", in: library).isEmpty)
    }

    @Test(
        "counts a video as damaged whose numbers no library has",
        arguments: [
            "UPDATE encoding SET clips = -5", "UPDATE encoding SET clips = 9223372036854775807",
            "UPDATE encoding SET clips = 1", "UPDATE encoding SET firstRow = -1",
            "UPDATE encoding SET firstRow = 9223372036854775807", "UPDATE encoding SET firstRow = 1000000000000",
            "UPDATE space SET width = 9223372036854775807", "UPDATE space SET width = 0",
        ])
    func impossible(change: String) throws {
        let fixture = try LibraryFixture()
        try fixture.write("dog sea", to: "a.mp4")
        let part = try parts(fixture, 1)[0]
        try part.database.queue.write { try $0.execute(sql: change) }
        let report = try fixture.library().merge([part])
        #expect(report.damaged.count == 1 && report.merged == 0)
    }
}
