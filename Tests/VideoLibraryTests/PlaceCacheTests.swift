import Foundation
import Testing

@testable import VideoLibrary

@Suite("Places between searches")
struct PlaceCacheTests {
    private func sought(_ word: String, in library: VideoLibrary, path: String? = nil) throws -> Int {
        var filter = LibraryFilter()
        filter.path = path
        return try library.search(
            vector: WordEncoder.vector(word), space: "words", grounder: WordGrounder(word: word), filter: filter
        ).count
    }

    @Test("are read once for a filter, and again after every change, whoever makes it")
    func readings() throws {
        let fixture = try LibraryFixture()
        let path = try fixture.write("dog", to: "a.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        for _ in 0..<5 { #expect(try sought("dog", in: library) == 1) }
        #expect(library.placeCache.readings == 1)
        #expect(try sought("dog", in: library, path: "nowhere") == 0)
        #expect(try sought("dog", in: library) == 1)
        #expect(library.placeCache.readings == 2)
        // Another connection, as another process has one.
        try fixture.write("dog dog", to: "b.mp4")
        let other = try fixture.library()
        _ = try other.index(fixture.scan(), with: WordEncoder())
        #expect(try sought("dog", in: library) == 2 && sought("dog", in: library) == 2)
        #expect(library.placeCache.readings == 3)
        // The same connection.
        try library.forget(filesAt: [path])
        #expect(try sought("dog", in: library) == 1 && sought("dog", in: library) == 1)
        #expect(library.placeCache.readings == 4)
    }

    @Test("neighbours among the rows are looked through in one go")
    func joined() {
        let ranges = [0..<3, 3..<5, 5..<5, 8..<9, 9..<12]
        let places = Places(
            ranges.enumerated().map {
                Place(id: Int64($0), hash: "\($0)", duration: 1, encoding: Int64($0), rows: $1)
            })
        #expect(places.rows == [0..<5, 8..<12])
        #expect(places.place(of: 4).id == 1 && places.place(of: 8).id == 3 && places.place(of: 11).id == 4)
    }
}
