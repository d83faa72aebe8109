import Benchmarks
import Chroma
import Foundation
import TestSupport
import Testing

@testable import VideoLibrary

/// On a real server; `scripts/chroma-test` starts one.
@Suite(
    "A library's clips in Chroma", .serialized,
    .enabled(if: ChromaServer.address != nil, "MOMENTS_CHROMA names no server"))
struct ChromaLibraryTests {
    private func database() throws -> ChromaDatabase {
        ChromaDatabase(try ChromaPlace(try #require(ChromaServer.address)), batch: 100)
    }

    @Test("are uploaded once, found as by the exact search, and removed when they are forgotten")
    func library() throws {
        // A space of the test's own, so that the collection is empty.
        let space = "words \(UUID().uuidString)"
        let fixture = try LibraryFixture()
        for video in 0..<8 {
            let words = (0..<30).map { WordEncoder.words[(video + $0 / (2 + video)) % WordEncoder.words.count] }
            try fixture.write(words.joined(separator: " "), to: "v\(video).mp4")
        }
        _ = try fixture.library().index(fixture.scan(), with: WordEncoder(space: space))
        let library = try VideoLibrary(at: fixture.place, vectors: database())
        func sought(_ word: String, _ choice: CandidateChoice) throws -> [LibraryHit] {
            try library.search(
                vector: WordEncoder.vector(word), space: space, grounder: WordGrounder(word: word), choice: choice,
                count: 30)
        }
        #expect(throws: CancellationError.self) { try library.uploadVectors(space: space) { done, _ in done < 1 } }
        let report = try library.uploadVectors(space: space)
        #expect(report.sent == 140 && report.known == 10)
        #expect(try library.uploadVectors(space: space, again: true).known == 240)
        for word in WordEncoder.words {
            let exact = try sought(word, .exact)
            #expect(try sought(word, .automatic) == exact && !exact.isEmpty)
        }
        let gone = try #require(
            try library.forget(filesAt: [fixture.videos.appendingPathComponent("v2.mp4").path]).first)
        #expect(try sought("dog", .automatic) == sought("dog", .exact))
        #expect(try library.uploadVectors(space: space).removed == 1)
        let collection = try database().open(space: space, width: WordEncoder.words.count)
        let names = (0..<30).map { ClipName(video: gone.hash, clip: $0) }
        #expect(try collection.known(of: names).isEmpty)
        #expect(throws: VectorDatabaseError.self) { try database().open(space: space, width: 7) }
        let stranger = try database().collection(UUID().uuidString.lowercased())
        let error = #expect(throws: VectorDatabaseError.self) { try stranger.known(of: names) }
        guard case .collectionGone = error else { throw try #require(error) }
    }

    @Test("of 10,000 generated clips 98 of 100 of the ten nearest are found, of many videos and of few")
    func recall() throws {
        let clips = DatabaseClips(videos: 400, clips: 25, part: Int.random(in: 1...1_000_000))
        let collection = try database().open(space: "generated \(UUID().uuidString)", width: 512)
        let begun = ContinuousClock.now
        try clips.add(to: collection)
        print("uploaded in \(begun.duration(to: .now))")
        let search = clips.search(collection)
        for (name, ranges) in [("all", [0..<10_000]), ("of 100 videos", [2000..<4500])] {
            for (kind, sentences) in [
                ("near", DatabaseClips.generated.sentences(50, part: 21)),
                ("distant", DatabaseClips.generated.distantSentences(50, part: 21)),
            ] {
                let truth = search.exact.nearest(to: sentences, count: 10, in: ranges)
                let begun = ContinuousClock.now
                let recall = try search.recall(of: sentences, truth: truth, in: ranges)
                let time = begun.duration(to: .now) / sentences.count
                print("RECALL at 10, \(name), \(kind): \(recall), \(time) a question")
                #expect(recall >= 0.98, "\(name), \(kind)")
            }
        }
    }
}
