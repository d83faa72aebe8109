import Annotations
import Datasets
import Foundation
import TensorFiles
import Testing

@Suite("A look at all features")
struct FeatureCheckTests {
    /// Eight queries: the words of 1 are missing, the second kind of video 4 is too wide, a word of 6 is not a number.
    private static func damaged(_ fixture: DatasetFixture) throws -> [Annotation] {
        let annotations = try fixture.write(queries: 8)
        try FileManager.default.removeItem(at: fixture.file("text/qid1.npz"))
        try fixture.write("clip/\(annotations[4].vid).npz", ["features": fixture.values([8, 7], seed: 1)])
        try fixture.write(
            "text/qid6.npz", ["last_hidden_state": StoredTensor([Float](repeating: .nan, count: 8), shape: [2, 4])])
        return annotations
    }

    @Test(
        "finds what its depth asks for",
        arguments: [
            (FeatureCheckDepth.none, []), (.exists, ["1"]), (.headers, ["1", "4"]), (.values, ["1", "4", "6"]),
        ] as [(FeatureCheckDepth, [String])])
    func depths(depth: FeatureCheckDepth, queries: [String]) throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try Self.damaged(fixture)
        let dataset = MomentDataset(annotations: annotations, features: try fixture.open(annotations))
        let report = try dataset.check(depth)
        #expect(report.problems.map(\.query) == queries)
        #expect(report.problems.allSatisfy { $0.description.contains(fixture.folder.lastPathComponent) })
    }

    @Test("becomes one error that names the first problems and counts the rest")
    func oneError() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 20)
        let features = try fixture.open(annotations)
        for index in 1..<20 { try FileManager.default.removeItem(at: fixture.file("text/qid\(index).npz")) }
        let report = try MomentDataset(annotations: annotations, features: features).check(.exists)
        let error = try #require(throws: FeatureProblems.self) { try report.requireGood("train.jsonl") }
        #expect(error.areAllMissing && error.badQueries == 19)
        let lines = error.description.split(separator: "\n")
        #expect(lines.count == 12 && lines[0] == "train.jsonl: 19 of 20 queries have bad features.")
        #expect(lines[1].contains("qid1.npz") && lines[11].contains("9 more"))
    }

    @Test("of a pack names what was not packed, and finds flipped bits when it looks at values")
    func pack() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 6)
        let url = fixture.file("features.pack")
        _ = try FeaturePacker(try fixture.open(annotations)).pack(Array(annotations.prefix(5)), to: url)
        let dataset = MomentDataset(annotations: annotations, features: try PackedFeatures(contentsOf: url))
        #expect(try dataset.check(.exists).problems.map(\.query) == ["5", "5"])
        var bytes = try Data(contentsOf: url)
        bytes[70] ^= 1
        try bytes.write(to: url)
        let flipped = MomentDataset(annotations: annotations, features: try PackedFeatures(contentsOf: url))
        #expect(try flipped.check(.headers).problems.count == 2)
        let error = #expect(throws: TensorFileError.self) { try flipped.check(.values) }
        #expect(error?.problem == .checksumMismatch)
    }

    @Test("stops when it is told to")
    func stops() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 4)
        #expect(throws: CancellationError.self) { try dataset.check { _, _ in false } }
    }
}
