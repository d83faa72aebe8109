import Foundation
import Synchronization
import Testing

@testable import VideoLibrary

@Suite("Uploading to a vector database")
struct VectorUploadTests {
    /// 12 videos of 25 clips; each begins elsewhere among the words.
    private func fixture() throws -> LibraryFixture {
        let fixture = try LibraryFixture()
        for video in 0..<12 {
            let words = (0..<25).map { WordEncoder.words[(video + $0 / (3 + video / 5)) % WordEncoder.words.count] }
            try fixture.write(words.joined(separator: " "), to: "v\(video).mp4")
        }
        _ = try fixture.library().index(fixture.scan(), with: WordEncoder())
        return fixture
    }

    private func library(_ fixture: LibraryFixture, _ vectors: VectorsInMemory) throws -> VideoLibrary {
        try VideoLibrary(at: fixture.place, vectors: vectors)
    }

    private func sought(
        _ word: String, in library: VideoLibrary, path: String? = nil, _ choice: CandidateChoice = .automatic
    ) throws -> [LibraryHit] {
        var filter = LibraryFilter()
        filter.path = path
        return try library.search(
            vector: WordEncoder.vector(word), space: "words", grounder: WordGrounder(word: word), filter: filter,
            candidates: 300, choice: choice, count: 40)
    }

    private func uploads(_ library: VideoLibrary) throws -> [[Int]] {
        try library.vectorUploads().map { [$0.clips, $0.later] }
    }

    @Test("all clips are sent in batches, and found as the exact search finds them, with the same filters")
    func found() throws {
        let (fixture, vectors) = (try fixture(), VectorsInMemory())
        let library = try library(fixture, vectors)
        var shown: [[Int]] = []
        let report = try library.uploadVectors(space: "words") { done, all in
            shown.append([done, all])
            return true
        }
        #expect(report.sent == 300 && report.known == 0 && vectors.state.withLock { $0.added } == [100, 100, 100])
        #expect(shown.first == [0, 300] && shown.last == [300, 300] && shown.count >= 4)
        #expect(try uploads(library) == [[300, 0]])
        for word in WordEncoder.words {
            let exact = try sought(word, in: library, .exact)
            #expect(try sought(word, in: library) == exact && !exact.isEmpty)
        }
        let asked = vectors.state.withLock { $0.asked.count }
        #expect(asked == WordEncoder.words.count)
        let path = "v3.mp4"
        #expect(try sought("dog", in: library, path: path) == sought("dog", in: library, path: path, .exact))
        #expect(vectors.state.withLock { $0.asked.last??.count } == 1)
        #expect(try sought("dog", in: library, path: "nowhere").isEmpty)
    }

    @Test("a library that was not uploaded is searched without it, and clips that came later beside it")
    func later() throws {
        let (fixture, vectors) = (try fixture(), VectorsInMemory())
        let library = try library(fixture, vectors)
        #expect(try sought("kite", in: library) == sought("kite", in: library, .exact))
        #expect(vectors.state.withLock { $0.asked.isEmpty } && vectors.names.isEmpty)
        try library.uploadVectors(space: "words")
        let path = try fixture.write(Array(repeating: "kite", count: 30).joined(separator: " "), to: "new.mp4")
        _ = try library.index(fixture.scan(), with: WordEncoder())
        #expect(try uploads(library) == [[300, 30]])
        #expect(try sought("kite", in: library).contains { $0.paths == [path] })
        #expect(try library.uploadVectors(space: "words").sent == 30 && uploads(library) == [[330, 0]])
        #expect(try sought("kite", in: library).contains { $0.paths == [path] })
        #expect(throws: LibraryError.otherEncoders(asked: "others", known: ["words"])) {
            try library.uploadVectors(space: "others")
        }
    }

    @Test("stopped or failing, it goes on where it was, and sends nothing twice")
    func resumed() throws {
        let (fixture, vectors) = (try fixture(), VectorsInMemory(batch: 30))
        let library = try library(fixture, vectors)
        #expect(throws: CancellationError.self) { try library.uploadVectors(space: "words") { done, _ in done < 100 } }
        #expect(try vectors.names.count == 120 && uploads(library) == [[100, 200]])
        // What is there half is not searched there.
        #expect(try sought("snow", in: library) == sought("snow", in: library, .exact))
        let broken = VectorDatabaseError.refused(address: "memory", status: 500, message: "")
        vectors.state.withLock { $0.failures = [nil, broken] }
        #expect(throws: broken) { try library.uploadVectors(space: "words") }
        let report = try library.uploadVectors(space: "words")
        #expect(vectors.names.count == 300 && vectors.state.withLock { $0.added.reduce(0, +) } == 300)
        #expect(report.sent + report.known < 200 && report.known < 25)
        // What may pass is tried again.
        vectors.drop("words")
        vectors.state.withLock { $0.failures = [.busy(address: "memory", status: 503, message: "")] }
        #expect(try library.uploadVectors(space: "words").sent == 300)
    }

    @Test("what is forgotten is not found at once, and goes from the database with the next upload")
    func forgotten() throws {
        let (fixture, vectors) = (try fixture(), VectorsInMemory())
        let library = try library(fixture, vectors)
        try library.uploadVectors(space: "words")
        let gone = fixture.videos.appendingPathComponent("v4.mp4").path
        let video = try #require(try library.forget(filesAt: [gone]).first)
        let hits = try WordEncoder.words.flatMap { try sought($0, in: library) }
        #expect(hits.allSatisfy { $0.video != video.hash } && !hits.isEmpty)
        #expect(vectors.names.contains { $0.video == video.hash })
        let report = try library.uploadVectors(space: "words")
        #expect(report.removed == 1 && report.sent == 0 && vectors.names.count == 275)
        #expect(try library.uploadVectors(space: "words").removed == 0)
        // It comes back before it was removed there: it is removed first and sent again.
        try library.forget(filesAt: [fixture.videos.appendingPathComponent("v5.mp4").path])
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let back = try library.uploadVectors(space: "words")
        #expect(back.removed == 1 && back.sent == 50 && vectors.names.count == 300)
    }

    @Test("libraries share a collection: what another one has brought is not sent, and each finds its own alone")
    func shared() throws {
        let vectors = VectorsInMemory()
        let (one, other) = (try fixture(), try LibraryFixture())
        let first = try library(one, vectors)
        try first.uploadVectors(space: "words")
        for name in ["v0.mp4", "v7.mp4"] {
            let words = try String(contentsOf: one.videos.appendingPathComponent(name), encoding: .utf8)
            try other.write(words, to: name)
        }
        try other.write("dog dog kite kite", to: "own.mp4")
        _ = try other.library().index(other.scan(), with: WordEncoder())
        let second = try library(other, vectors)
        let report = try second.uploadVectors(space: "words")
        #expect(report.sent == 4 && report.known == 50 && vectors.names.count == 304)
        for (library, count) in [(first, 12), (second, 3)] {
            #expect(try sought("dog", in: library) == sought("dog", in: library, .exact))
            #expect(try Set(sought("dog", in: library).map(\.video)).count <= count)
        }
        // What one forgets, the other sends again when it is told to look.
        try second.forget(filesAt: [other.videos.path])
        try second.uploadVectors(space: "words")
        #expect(try vectors.names.count == 250 && first.uploadVectors(space: "words").sent == 0)
        #expect(try first.uploadVectors(space: "words", again: true).sent == 50)
        // Another space has vectors of its own.
        _ = try other.library().index(other.scan(), with: WordEncoder(space: "other words"))
        try second.uploadVectors(space: "other words")
        #expect(vectors.state.withLock { $0.collections.count } == 2)
    }

    @Test("a collection that was removed there is missed, and uploaded again from the beginning")
    func removed() throws {
        let (fixture, vectors) = (try fixture(), VectorsInMemory())
        let library = try library(fixture, vectors)
        try library.uploadVectors(space: "words")
        vectors.drop("words")
        #expect(throws: VectorDatabaseError.collectionGone(address: "memory")) { try sought("dog", in: library) }
        #expect(try !sought("dog", in: library, .exact).isEmpty)
        #expect(try library.uploadVectors(space: "words").sent == 300)
        #expect(try sought("dog", in: library) == sought("dog", in: library, .exact))
    }
}
