import Annotations
import Batches
import Foundation
import TensorFiles
import Testing
import Torch

@testable import Datasets

@Suite("Packs of features")
struct PackTests {
    private struct Packed {
        let fixture: DatasetFixture
        let annotations: [Annotation]
        let files: FeatureFiles
        let url: URL
        let summary: FeaturePacker.Summary
    }

    private func pack(_ storage: PackFormat.Storage = .float32, pooled: Bool = true) throws -> Packed {
        let fixture = try DatasetFixture()
        let annotations = try fixture.write(queries: 10, pooled: pooled)
        let files = try fixture.open(annotations)
        let url = fixture.file("features.pack")
        let summary = try FeaturePacker(files, storage: storage).pack(annotations, to: url)
        return Packed(fixture: fixture, annotations: annotations, files: files, url: url, summary: summary)
    }

    @Test("batches from a float32 pack equal those from the files to the bit", arguments: [false, true])
    func float32(pooled: Bool) throws {
        let packed = try pack(pooled: pooled)
        defer { packed.fixture.remove() }
        #expect(packed.summary.videos == 8 && packed.summary.texts == 10 && packed.summary.problems.isEmpty)
        let features = try PackedFeatures(contentsOf: packed.url)
        try features.verify()
        #expect(features.recipe == packed.files.recipe)
        let direct = MomentDataset(annotations: packed.annotations, features: packed.files)
        let mapped = MomentDataset(annotations: packed.annotations, features: features)
        for indices in [[0], [4, 2, 3], Array(0..<10)] {
            let (left, right) = (try direct.batch(indices), try mapped.batch(indices))
            #expect(left.video.shape == right.video.shape && left.video.floats() == right.video.floats())
            #expect(left.text.shape == right.text.shape && left.text.floats() == right.text.floats())
            #expect(left.pooledText?.floats() == right.pooledText?.floats())
            #expect(left.queries == right.queries)
            #expect(left.targets?.inMoment.bools() == right.targets?.inMoment.bools())
        }
    }

    @Test("a float16 pack is as exact as half precision, with exact endpoints")
    func float16() throws {
        let packed = try pack(.float16)
        defer { packed.fixture.remove() }
        let features = try PackedFeatures(contentsOf: packed.url)
        try features.verify()
        let direct = try MomentDataset(annotations: packed.annotations, features: packed.files).batch([1, 4])
        let mapped = try MomentDataset(annotations: packed.annotations, features: features).batch([1, 4])
        #expect(direct.video.floats() != mapped.video.floats())
        #expect(isClose(direct.video.doubles(), mapped.video.doubles(), within: 0.0005))
        #expect(isClose(direct.text.doubles(), mapped.text.doubles(), within: 0.0005))
        #expect(direct.video[0..., 0..., 8...].floats() == mapped.video[0..., 0..., 8...].floats())
        let expected = direct.video[0, 0, 0..<8].floats().map { Float(Float16($0)) }
        #expect(mapped.video[0, 0, 0..<8].floats() == expected)
    }

    @Test("one video comes without a copy")
    func inPlace() throws {
        let packed = try pack()
        defer { packed.fixture.remove() }
        let features = try PackedFeatures(contentsOf: packed.url)
        let rows = try features.video(for: packed.annotations[0]).clips
        let address = try #require(rows.inPlace).bytes.baseAddress
        let batch = try MomentDataset(annotations: packed.annotations, features: features).batch([0])
        #expect(batch.video.withUnsafeMutableBytes { UnsafeRawPointer($0.baseAddress) } == address)
        #expect(try rows.tensor().withUnsafeMutableBytes { UnsafeRawPointer($0.baseAddress) } == address)
    }

    @Test("the same input gives the same bytes; packing again replaces the file")
    func deterministic() throws {
        let packed = try pack()
        defer { packed.fixture.remove() }
        let first = try Data(contentsOf: packed.url)
        #expect(first.count == packed.summary.bytes)
        _ = try FeaturePacker(packed.files).pack(packed.annotations, to: packed.url)
        #expect(try Data(contentsOf: packed.url) == first)
        #expect(try leftovers(packed.fixture).isEmpty)
    }

    @Test("the simulated mark and sampled clip lengths survive")
    func marks() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 3)
        try FeatureCard(simulated: true).write(folder: fixture.file("clip"))
        let settings = FeatureSettings(maxClips: 3, longVideos: .sample)
        let files = try fixture.open(annotations, settings: settings)
        let url = fixture.file("features.pack")
        _ = try FeaturePacker(files).pack(annotations, to: url)
        let features = try PackedFeatures(contentsOf: url)
        #expect(features.recipe.simulated)
        #expect(try features.video(for: annotations[2]).clipLength == 4)
    }

    @Test("a pack tells what lies in it, and what is none is told from it")
    func summary() throws {
        let packed = try pack(.float16)
        defer { packed.fixture.remove() }
        #expect(PackedFeatures.isPack(packed.url))
        #expect(!PackedFeatures.isPack(packed.fixture.file("slow/\(packed.annotations[0].vid).npz")))
        #expect(!PackedFeatures.isPack(packed.fixture.file("nowhere.pack")))
        let summary = try PackedFeatures(contentsOf: packed.url).summary
        #expect(summary.videos == 8 && summary.sentences == 10)
        let durations = Dictionary(packed.annotations.map { ($0.vid, $0.duration) }) { first, _ in first }
        #expect(summary.clips == Int(durations.values.reduce(0, +) / 2))
        #expect(summary.words == (0..<10).map { 2 + $0 % 3 }.reduce(0, +))
        #expect(summary.bytes == packed.summary.bytes && summary.recipe == packed.files.recipe)
        let text = summary.description
        for line in ["slow 5 + clip 3 + endpoints 2", "2.0 s, at most 75; longer videos are cut", "float16"] {
            #expect(text.contains(line), "\(text)")
        }
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(summary)) as? [String: Any]
        #expect(json?["storage"] as? String == "float16" && json?["recipe"] is [String: Any])
    }

    @Test("a query that was not packed is named")
    func notPacked() throws {
        let packed = try pack()
        defer { packed.fixture.remove() }
        let features = try PackedFeatures(contentsOf: packed.url)
        var other = packed.annotations[0]
        other.qid = "0"  // A text and not the number.
        let text = featureProblem { _ = try features.text(for: other) }
        #expect(text?.query == "0" && text?.subject == .text)
        other.vid = "elsewhere"
        let video = featureProblem { _ = try features.video(for: other) }
        #expect(video?.description.contains("elsewhere") == true)
    }

    @Test("bad features stop the work, or are left out and listed")
    func badFeatures() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 8)
        let files = try fixture.open(annotations)
        try FileManager.default.removeItem(at: fixture.file("slow/\(annotations[2].vid).npz"))
        let url = fixture.file("features.pack")
        #expect(featureProblem { _ = try FeaturePacker(files).pack(annotations, to: url) }?.query == "2")
        #expect(!FileManager.default.fileExists(atPath: url.path))
        let summary = try FeaturePacker(files, leavesOutBad: true).pack(annotations, to: url)
        #expect(try leftovers(fixture).isEmpty)
        #expect(summary.problems.map(\.query) == ["2", "3"])
        #expect(summary.videos == 5 && summary.texts == 6)
        let huge = StoredTensor([Float](repeating: 1e6, count: 20), shape: [4, 5])
        try fixture.write("slow/-v_0_0.0.npz", ["features": huge])
        let raw = try fixture.open(annotations, settings: FeatureSettings(normalised: false))
        #expect(throws: HalfOverflow.self) {
            try FeaturePacker(raw, storage: .float16).pack([annotations[0]], to: url)
        }
    }

    @Test("cancelled, the old pack stays and nothing else does")
    func cancelled() throws {
        let packed = try pack()
        defer { packed.fixture.remove() }
        let before = try Data(contentsOf: packed.url)
        #expect(throws: FeaturePacker.Cancelled.self) {
            try FeaturePacker(packed.files).pack(packed.annotations, to: packed.url, isCancelled: { true })
        }
        #expect(try Data(contentsOf: packed.url) == before)
        #expect(try leftovers(packed.fixture).isEmpty)
        #expect(throws: TensorFileError.self) {
            try FeaturePacker(packed.files).pack(packed.annotations, to: URL(fileURLWithPath: "/nowhere/x.pack"))
        }
    }

    @Test("two runs do not write one pack at once; what is left of something else is written over")
    func lock() throws {
        let packed = try pack()
        defer { packed.fixture.remove() }
        let partial = packed.fixture.file(".features.pack.partial")
        try Data("left over".utf8).write(to: partial)
        _ = try FeaturePacker(packed.files).pack(packed.annotations, to: packed.url)
        let recipe = packed.files.recipe
        let other = try PackFile(
            packed.url, recipe: recipe, storage: .float32,
            journal: PackJournal(packed.url, recipe: recipe, storage: .float32, order: 0))
        let error = #expect(throws: TensorFileError.self) {
            try FeaturePacker(packed.files).pack(packed.annotations, to: packed.url)
        }
        #expect(error?.description.contains("another process") == true)
        withExtendedLifetime(other) {}
        try PackedFeatures(contentsOf: packed.url).verify()
    }

    private func leftovers(_ fixture: DatasetFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path).filter {
            $0.hasSuffix(".partial") || $0.hasSuffix(".journal")
        }
    }
}
