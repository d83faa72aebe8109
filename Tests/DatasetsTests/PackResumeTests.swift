import Annotations
import Foundation
import TensorFiles
import Testing

@testable import Datasets

@Suite("An interrupted pack")
struct PackResumeTests {
    private let fixture: DatasetFixture
    private let annotations: [Annotation]
    private let files: FeatureFiles
    private let whole: Data

    init() throws {
        fixture = try DatasetFixture()
        annotations = try fixture.write(queries: 40, pooled: true)
        files = try fixture.open(annotations)
        let url = fixture.file("whole.pack")
        _ = try FeaturePacker(files).pack(annotations, to: url)
        whole = try Data(contentsOf: url)
    }

    private var url: URL { fixture.file("features.pack") }
    private var partial: URL { fixture.file(".features.pack.partial") }
    private var journal: URL { fixture.file(".features.pack.journal") }

    /// Packs 16 queries and stops.
    private func interrupt(_ packer: FeaturePacker) throws {
        try? FileManager.default.removeItem(at: url)
        var asked = 0
        let error = #expect(throws: FeaturePacker.Cancelled.self) {
            try packer.pack(
                annotations, to: url,
                isCancelled: {
                    defer { asked += 1 }; return asked == 1
                })
        }
        #expect(error?.done == 16 && error?.all == 40)
        #expect(!FileManager.default.fileExists(atPath: url.path))
    }

    private func finish() throws -> FeaturePacker.Summary {
        let summary = try FeaturePacker(files).pack(annotations, to: url)
        #expect(try Data(contentsOf: url) == whole)
        #expect(!FileManager.default.fileExists(atPath: partial.path))
        #expect(!FileManager.default.fileExists(atPath: journal.path))
        return summary
    }

    @Test("goes on where it stopped and gives the bytes of one that was never interrupted")
    func goesOn() throws {
        defer { fixture.remove() }
        try interrupt(FeaturePacker(files))
        // Videos 0 1 2 2 4 5 6 6 … of 16 queries, and as many sentences.
        #expect(try finish().takenOver == 12 + 16)
    }

    @Test("takes over what is whole, wherever its files were cut", arguments: [0.0, 0.1, 0.5, 0.93, 1])
    func cut(share: Double) throws {
        defer { fixture.remove() }
        for file in [partial, journal] {
            try interrupt(FeaturePacker(files))
            let bytes = try Data(contentsOf: file)
            try bytes.prefix(Int(Double(bytes.count) * share)).write(to: file)
            let summary = try finish()
            if share == 1 { #expect(summary.takenOver == 28) }
            if share == 0.5 { #expect((1..<28).contains(summary.takenOver)) }
        }
    }

    @Test("reads again from the first file that has changed since")
    func changed() throws {
        defer { fixture.remove() }
        try interrupt(FeaturePacker(files))
        let sixth = annotations[5].vid
        try fixture.write("clip/\(sixth).npz", ["features": fixture.values([9, 3], seed: 999)])
        let summary = try FeaturePacker(files).pack(annotations, to: url)
        #expect(summary.takenOver == 4 + 5)
        let other = fixture.file("other.pack")
        _ = try FeaturePacker(files).pack(annotations, to: other)
        #expect(try Data(contentsOf: url) == Data(contentsOf: other))
        #expect(try Data(contentsOf: url) != whole)
    }

    @Test("goes on only as the same pack: other queries, an other order or another precision begin anew")
    func other() throws {
        defer { fixture.remove() }
        try interrupt(FeaturePacker(files, storage: .float16))
        #expect(try finish().takenOver == 0)
        try interrupt(FeaturePacker(files))
        let summary = try FeaturePacker(files).pack(Array(annotations.reversed()), to: url)
        #expect(summary.takenOver == 0 && summary.texts == 40)
        try PackedFeatures(contentsOf: url).verify()
    }

    @Test("that a bad feature stopped goes on once it is mended")
    func mended() throws {
        defer { fixture.remove() }
        let bad = fixture.file("text/qid20.npz")
        let good = try Data(contentsOf: bad)
        try Data("nothing".utf8).write(to: bad)
        #expect(throws: FeatureError.self) { try FeaturePacker(files).pack(annotations, to: url) }
        try good.write(to: bad)
        #expect(try finish().takenOver > 28)
    }

    @Test("lists the queries that are left out also where they came before the interruption")
    func leftOut() throws {
        defer { fixture.remove() }
        try FileManager.default.removeItem(at: fixture.file("text/qid3.npz"))
        try interrupt(FeaturePacker(files, leavesOutBad: true))
        let summary = try FeaturePacker(files, leavesOutBad: true).pack(annotations, to: url)
        #expect(summary.problems.map(\.query) == ["3"] && summary.takenOver == 27)
        let other = fixture.file("other.pack")
        _ = try FeaturePacker(files, leavesOutBad: true).pack(annotations, to: other)
        #expect(try Data(contentsOf: url) == Data(contentsOf: other))
    }
}
