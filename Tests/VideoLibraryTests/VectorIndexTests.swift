import Foundation
import GRDB
import Testing

@testable import VideoLibrary

@Suite("The index over a library's vectors")
struct VectorIndexTests {
    /// A library of 30 videos of 40 clips; the words come in turn, and each video begins elsewhere or stays longer at each.
    private func library(_ fixture: LibraryFixture) throws -> VideoLibrary {
        for video in 0..<30 {
            let words = (0..<40).map { WordEncoder.words[(video + $0 / (3 + video / 5)) % WordEncoder.words.count] }
            try fixture.write(words.joined(separator: " "), to: "v\(video).mp4")
        }
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        return library
    }

    private func sought(_ word: String, in library: VideoLibrary, _ choice: CandidateChoice) throws -> [LibraryHit] {
        try library.search(
            vector: WordEncoder.vector(word), space: "words", grounder: WordGrounder(word: word), candidates: 400,
            choice: choice)
    }

    private func indexFiles(_ fixture: LibraryFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.place.path).filter { $0.hasPrefix("index-") }
    }

    @Test("is built, mapped and replaced, and finds what is there")
    func built() throws {
        let fixture = try LibraryFixture()
        let library = try library(fixture)
        #expect(try library.vectorIndexes().isEmpty)
        let index = try library.buildVectorIndex(space: "words")
        #expect(index.clips == 1200 && index.later == 0 && !index.isStale && index.recall > 0)
        let hits = try sought("dog", in: library, .approximate)
        #expect(!hits.isEmpty && hits.allSatisfy { abs($0.cosine - 1) < 1e-3 })
        let again = try library.buildVectorIndex(space: "words")
        #expect(try library.vectorIndexes() == [again] && indexFiles(fixture).count == 1)
        #expect(throws: LibraryError.otherEncoders(asked: "others", known: ["words"])) {
            try library.buildVectorIndex(space: "others")
        }
    }

    @Test("later videos are found beside it, and rows that it knows of forgotten ones are theirs alone")
    func later() throws {
        let fixture = try LibraryFixture()
        let library = try library(fixture)
        try library.buildVectorIndex(space: "words")
        let gone = fixture.videos.appendingPathComponent("v3.mp4").path
        try library.forget(filesAt: [gone])
        try FileManager.default.removeItem(atPath: gone)
        // As long, so that it takes the same rows.
        let path = try fixture.write(Array(repeating: "kite", count: 40).joined(separator: " "), to: "new.mp4")
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let index = try #require(try library.vectorIndexes().first)
        #expect(index.clips == 1160 && index.later == 40 && !index.isStale)
        let hits = try sought("kite", in: library, .approximate)
        #expect(hits.contains { $0.paths == [path] })
        let places = try library.database.queue.read {
            try Places(LibraryFilter(), space: 1, in: $0).divided(after: 30)
        }
        #expect(places.later.count == 1 && places.later[0].count == 40 && places.later[0].upperBound < 1200)
    }

    @Test("is stale when much has come or gone")
    func stale() throws {
        let fixture = try LibraryFixture()
        let library = try library(fixture)
        try library.buildVectorIndex(space: "words")
        #expect(try !library.wantsVectorIndex(space: "words"))
        try library.forget(filesAt: (0..<7).map { fixture.videos.appendingPathComponent("v\($0).mp4").path })
        #expect(try library.wantsVectorIndex(space: "words") && library.vectorIndexes()[0].isStale)
        #expect(throws: LibraryError.tooFewClips(920, needed: 1000)) { try library.buildVectorIndex(space: "words") }
        #expect(try !library.wantsVectorIndex(space: "others"))
    }

    @Test("where its file is missing, all clips are compared; and what a killed process left is removed")
    func missing() throws {
        let fixture = try LibraryFixture()
        let library = try library(fixture)
        try library.buildVectorIndex(space: "words")
        let exact = try sought("door", in: library, .exact)
        for name in try indexFiles(fixture) {
            try FileManager.default.moveItem(
                at: fixture.place.appendingPathComponent(name),
                to: fixture.place.appendingPathComponent("index-1-killed.faiss.part"))
        }
        // Another one, killed when its file was whole and not yet in the database.
        try Data("whole".utf8).write(to: fixture.place.appendingPathComponent("index-1-whole.faiss"))
        #expect(try sought("door", in: library, .approximate) == exact)
        try library.buildVectorIndex(space: "words")
        #expect(try indexFiles(fixture).count == 1)
    }

    @Test("is not there when its building was stopped")
    func stopped() throws {
        let fixture = try LibraryFixture()
        let library = try library(fixture)
        for step in [VectorIndexStep.learning, .measuring] {
            #expect(throws: CancellationError.self) { try library.buildVectorIndex(space: "words") { $0 != step } }
            #expect(try indexFiles(fixture).isEmpty && library.vectorIndexes().isEmpty)
        }
    }
}
