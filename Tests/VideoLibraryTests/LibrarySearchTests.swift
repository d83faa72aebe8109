import Batches
import Foundation
import Grounding
import TensorFiles
import Testing
import Torch
import VideoLibrary

@Suite("Searching a library")
struct LibrarySearchTests {
    @Test("finds the moments of all videos, best first, with the files that hold them")
    func finds() throws {
        let fixture = try LibraryFixture()
        let a = try fixture.write("sea sea dog sea", to: "a.mp4")
        let b = try fixture.write("door dog dog dog", to: "b.mp4")
        let copy = try fixture.write("door dog dog dog", to: "copy/b.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let hits = try library.search(
            vector: WordEncoder.vector("dog"), space: "words", grounder: WordGrounder(word: "dog"))
        #expect(hits.map(\.paths) == [[b, copy], [a]])
        #expect(hits.map { [$0.moment.span.start, $0.moment.span.end] } == [[2, 8], [4, 6]])
        #expect(hits.allSatisfy { abs($0.cosine - 1) < 1e-3 })
        #expect(
            try library.search(
                vector: WordEncoder.vector("dog"), space: "words", grounder: WordGrounder(word: "dog"), count: 1
            ).count == 1)
    }

    @Test("takes only what the filter lets through")
    func filters() throws {
        let fixture = try LibraryFixture()
        try fixture.write("dog", to: "short.mp4")
        let long = try fixture.write("dog sea sea sea sea", to: "Long/one.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        func paths(_ change: (inout LibraryFilter) -> Void) throws -> [[String]] {
            var filter = LibraryFilter()
            change(&filter)
            return try library.search(
                vector: WordEncoder.vector("dog"), space: "words", grounder: WordGrounder(word: "dog"), filter: filter
            ).map(\.paths)
        }
        #expect(try paths { $0.path = "long/" } == [[long]])
        #expect(try paths { $0.duration = 5...60 } == [[long]])
        #expect(try paths { $0.addedAfter = Date(timeIntervalSinceNow: 3600) }.isEmpty)
        #expect(try paths { $0.addedAfter = Date(timeIntervalSinceNow: -3600) }.count == 2)
        try FileManager.default.removeItem(atPath: long)
        _ = try library.index(fixture.scan(), with: WordEncoder())
        #expect(try paths { _ in }.count == 1)
        #expect(try paths { $0.includesGone = true }.count == 2)
    }

    @Test("times in a long video are those of the whole video, wherever the stretch lies")
    func stretches() throws {
        let fixture = try LibraryFixture()
        var words = Array(repeating: "sea", count: 100)
        words[70] = "dog"
        words[71] = "dog"
        try fixture.write(words.joined(separator: " "), to: "long.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let hits = try library.search(
            vector: WordEncoder.vector("dog"), space: "words",
            grounder: WordGrounder(word: "dog", longestStretch: 16), candidates: 2)
        #expect(hits.count == 1 && hits[0].moment.span == .init(140, 144))
    }

    @Test("stretches hold their clips and stay in the video")
    func ranges() {
        #expect(EncodedStretch.ranges(around: [3], of: 10, longest: nil) == [0..<10])
        #expect(EncodedStretch.ranges(around: [], of: 10, longest: nil).isEmpty)
        #expect(EncodedStretch.ranges(around: [0], of: 100, longest: 20) == [0..<20])
        #expect(EncodedStretch.ranges(around: [99], of: 100, longest: 20) == [80..<100])
        for clips in [[5, 50, 51, 90], [0, 19, 20, 21, 99], Array(0..<100)] {
            let ranges = EncodedStretch.ranges(around: clips, of: 100, longest: 20)
            #expect(clips.allSatisfy { clip in ranges.contains { $0.contains(clip) } })
            #expect(ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= 100 && $0.count == 20 })
            #expect(ranges.count <= clips.count)
        }
    }
}

@Suite("Exact search")
struct ExactSearchTests {
    private let rows = Tensor.normal([500, 16], seed: 4, stream: 0)

    private var stored: StoredTensor { StoredTensor((rows / rows.squared().sum(1, keep: true).sqrt()).to(.float16)) }

    /// Every cosine by itself.
    private func cosines(_ query: [Float]) -> [Double] {
        let length = query.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let values = stored.doubles()
        return (0..<500).map { row in
            (0..<16).reduce(0.0) { $0 + values[row * 16 + $1] * Double(query[$1] / length) }
        }
    }

    @Test("gives the greatest cosines in order, whatever the blocks", arguments: [7, 64, 10_000])
    func exact(block: Int) {
        let query = (0..<16).map { Float($0 % 5) - 1.5 }
        let found = ExactSearch(stored, block: block).nearest(to: query, count: 12, in: [0..<500])
        let all = cosines(query)
        #expect(found.map(\.row) == Array(all.indices.sorted { all[$0] > all[$1] }.prefix(12)))
        #expect(found.allSatisfy { abs($0.cosine - all[$0.row]) < 1e-5 })
    }

    @Test("looks into the given rows only")
    func ranges() {
        let query = (0..<16).map { Float($0) }
        let ranges = [10..<20, 300..<301, 490..<500]
        let found = ExactSearch(stored).nearest(to: query, count: 50, in: ranges)
        #expect(found.count == 21 && found.allSatisfy { hit in ranges.contains { $0.contains(hit.row) } })
        #expect(ExactSearch(stored).nearest(to: query, count: 0, in: ranges).isEmpty)
        #expect(ExactSearch(stored).nearest(to: Array(repeating: 0, count: 16), count: 5, in: ranges).isEmpty)
    }
}
