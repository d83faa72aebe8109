import Benchmarks
import Foundation
import TensorFiles
import Testing
import Torch

@testable import VideoLibrary

@Suite("Approximate search")
struct ApproximateSearchTests {
    private static let clips = GeneratedClips(width: 64, inner: 24)

    /// An index over generated clips, written and mapped.
    private struct Built {
        let vectors: StoredTensor
        let search: ApproximateSearch
        let recall: Double
        let all: [Range<Int>]

        init(
            _ count: Int, ranges: [Range<Int>]? = nil, of clips: GeneratedClips = ApproximateSearchTests.clips
        ) throws {
            vectors = clips.vectors(count)
            all = ranges ?? [0..<count]
            let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).faiss")
            defer { try? FileManager.default.removeItem(at: url) }
            (search, recall) = try ApproximateSearch.built(over: vectors, in: all, at: url)
        }

        func recall(of sentences: [[Float]], count: Int = 10, in ranges: [Range<Int>]) throws -> Double {
            let truth = ExactSearch(vectors).nearest(to: sentences, count: count, in: ranges)
            let found = try zip(sentences, truth).map { sentence, nearest in
                let own = Set(try search.nearest(to: sentence, count: count, in: ranges).map(\.row))
                return nearest.count { own.contains($0.row) }
            }
            return Double(found.reduce(0, +)) / Double(truth.reduce(0) { $0 + $1.count })
        }
    }

    @Test("finds 98 of 100 of the ten nearest among 20,000 clips, and looks at few of them")
    func recall() throws {
        let built = try Built(20_000)
        let sentences = Self.clips.sentences(100, part: 5)
        let recall = try built.recall(of: sentences, in: built.all)
        #expect(recall >= 0.98, "\(recall), \(built.search.effort)")
        #expect(built.recall >= 0.98 && built.search.effort.probes < built.search.index.lists)
        // What it gives are the exact search's own cosines, in its order.
        let found = try built.search.nearest(to: sentences[0], count: 10, in: built.all)
        let exact = ExactSearch(built.vectors).nearest(to: sentences[0], count: 200, in: built.all)
        for (place, candidate) in found.enumerated() {
            #expect(exact.contains { $0.row == candidate.row && abs($0.cosine - candidate.cosine) < 1e-5 })
            #expect(place == 0 || found[place - 1].cosine >= candidate.cosine)
        }
    }

    @Test("finds as many of sentences that are not like those it was tuned on", arguments: [3, 11, 12] as [UInt64])
    func others(_ seed: UInt64) throws {
        let clips = GeneratedClips(width: 64, inner: 24, seed: seed)
        let built = try Built(20_000, of: clips)
        for part in [21, 22] {
            let near = try built.recall(of: clips.sentences(100, part: part), in: built.all)
            let far = try built.recall(of: clips.distantSentences(100, part: part), in: built.all)
            #expect(near >= 0.98 && far >= 0.98, "\(near) \(far), \(built.search.effort)")
        }
    }

    @Test("keeps to the ranges that are asked, also where they hold few clips or lie between those of others")
    func ranges() throws {
        let built = try Built(4000)
        let sentences = Self.clips.sentences(20, part: 6)
        let ranges = [100..<700, 1500..<1501, 2000..<3000, 3990..<4000]
        for sentence in sentences {
            let found = try built.search.nearest(to: sentence, count: 10, in: ranges)
            #expect(found.count == 10 && found.allSatisfy { hit in ranges.contains { $0.contains(hit.row) } })
        }
        #expect(try built.recall(of: sentences, in: ranges) > 0.9)
        // With nothing left out.
        let every = ApproximateSearch(
            index: built.search.index, exact: built.search.exact,
            effort: .init(probes: built.search.index.lists, pool: 4000))
        #expect(
            try every.nearest(to: sentences[0], count: 10, in: [7..<9, 40..<41]).map(\.row).sorted() == [7, 8, 40])
        #expect(try every.nearest(to: sentences[0], count: 10, in: []).isEmpty)
        #expect(try every.nearest(to: sentences[0], count: 0, in: built.all).isEmpty)
        #expect(try every.nearest(to: Array(repeating: 0, count: 64), count: 3, in: built.all).isEmpty)
    }

    @Test("knows rows by their places in the file where others lie between them")
    func gaps() throws {
        let ranges = [0..<1000, 1500..<3000]
        let built = try Built(3000, ranges: ranges)
        #expect(try built.recall(of: Self.clips.sentences(30, part: 8), in: ranges) >= 0.98)
        let builder = CompressedIndexBuilder(vectors: built.vectors, ranges: ranges)
        #expect(builder.evenly(5) == [0, 500, 1500, 2000, 2500])
        #expect(builder.evenly(5000) == Array(0..<1000) + Array(1500..<3000))
    }

    @Test("stopped while it is built, says so; and a file that is none is refused")
    func failing() throws {
        let builder = CompressedIndexBuilder(vectors: Self.clips.vectors(1200), ranges: [0..<1200])
        #expect(throws: CancellationError.self) { try builder.build { $0 == .learning } }
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).faiss")
        try Data("no index at all, and longer than its head".utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        #expect(throws: FaissError.self) { try CompressedIndex(mapping: url) }
        #expect(throws: FaissError.self) { try CompressedIndex(mapping: url.appendingPathExtension("none")) }
    }

    @Test("one OpenMP and one BLAS serve FAISS and libtorch, whose products are the same before and after")
    func oneRuntime() throws {
        let (a, b) = (Tensor.normal([300, 200], seed: 1, stream: 0), Tensor.normal([200, 100], seed: 1, stream: 1))
        let before = a.matmul(b).doubles()
        _ = try Built(1200)
        #expect(a.matmul(b).doubles() == before)
        // Its size is not known before, so it is read as a stream.
        let maps = try #require(try FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd())
        let libraries = Set(
            String(decoding: maps, as: UTF8.self).split(separator: "\n").compactMap {
                $0.split(separator: "/").last.map(String.init)
            })
        #expect(libraries.count { $0.hasPrefix("libgomp") || $0.hasPrefix("libiomp") || $0.hasPrefix("libomp") } == 1)
        // FFmpeg's libraries bring another BLAS along; FAISS asks for products by this name, and whoever is first has it.
        let libtorch = try #require(dlopen("libtorch_cpu.so", RTLD_NOW | RTLD_NOLOAD))
        let product = try #require(dlsym(nil, "sgemm_"))
        #expect(product == dlsym(libtorch, "sgemm_"))
    }
}
