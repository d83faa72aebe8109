import Benchmarks
import Synchronization
import Testing

@testable import VideoLibrary

@Suite("Search by a vector database")
struct DatabaseSearchTests {
    private static let generated = GeneratedClips(width: 32, inner: 8)

    private let vectors = VectorsInMemory()

    private func asked() -> [Int?] { vectors.state.withLock { $0.asked.map { $0?.count } } }

    @Test("many videos are not named; where others' clips fill the answers, they are, a part at a time")
    func manyVideos() throws {
        let collection = vectors.open(space: "generated", width: 32)
        let own = DatabaseClips(videos: 600, clips: 3, of: Self.generated)
        try own.add(to: collection)
        let search = own.search(collection)
        let sentence = Self.generated.sentences(1, part: 3)[0]
        let exact = search.exact.nearest(to: sentence, count: 20, in: own.places.rows)
        #expect(try search.nearest(to: sentence, count: 20, in: own.places.rows) == exact)
        #expect(asked() == [nil])
        // Clips that are all the sentence itself push those of the library out of every answer.
        let length = sentence.reduce(0) { $0 + $1 * $1 }.squareRoot()
        try collection.add(
            (0..<200).map { NamedClip(ClipName(video: "others", clip: $0), vector: sentence.map { $0 / length }) })
        #expect(try search.nearest(to: sentence, count: 20, in: own.places.rows) == exact)
        #expect(asked() == [nil, nil, nil, 256, 256, 88])
    }

    @Test("keeps to the ranges, also where they hold few clips of a video, and looks further where it must")
    func ranges() throws {
        let collection = vectors.open(space: "generated", width: 32)
        let own = DatabaseClips(videos: 10, clips: 50, of: Self.generated)
        try own.add(to: collection)
        let search = own.search(collection)
        for (part, ranges) in [[3..<9, 120..<121, 380..<500], [49..<51], [0..<500]].enumerated() {
            let sentence = Self.generated.sentences(1, part: part)[0]
            let exact = search.exact.nearest(to: sentence, count: 10, in: ranges)
            #expect(try search.nearest(to: sentence, count: 10, in: ranges) == exact)
        }
        let before = asked().count
        #expect(try search.nearest(to: [Float](repeating: 0, count: 32), count: 5, in: [0..<500]).isEmpty)
        #expect(try search.nearest(to: [Float](repeating: 1, count: 32), count: 0, in: [0..<500]).isEmpty)
        #expect(try search.nearest(to: [Float](repeating: 1, count: 32), count: 5, in: []).isEmpty)
        #expect(asked().count == before)
    }
}
