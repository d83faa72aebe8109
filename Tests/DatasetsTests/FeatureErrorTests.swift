import Annotations
import Datasets
import Foundation
import TensorFiles
import Testing

@Suite("Errors of features")
struct FeatureErrorTests {
    /// Spoils one of three videos' files and reads it.
    private func spoil(
        _ name: String = "slow/-v_1_0.0.npz", settings: FeatureSettings = FeatureSettings(),
        _ change: (DatasetFixture, URL) throws -> Void
    ) throws -> FeatureError {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 3)
        try change(fixture, fixture.file(name))
        let dataset = MomentDataset(
            annotations: annotations, features: try fixture.open(annotations, settings: settings))
        _ = try dataset.batch([0])
        let error = try #require(featureProblem { _ = try dataset.batch([0, 1, 2]) })
        #expect(error.query == "1")
        #expect(error.video == "-v_1_0.0")
        #expect(error.description.contains("1"))
        return error
    }

    private func spoil(_ array: StoredTensor, in name: String = "slow/-v_1_0.0.npz") throws -> FeatureError {
        try spoil(name) { _, url in try NPZFile.write(["features": array], to: url) }
    }

    @Test("a missing file says what was tried")
    func missing() throws {
        let error = try spoil { _, url in try FileManager.default.removeItem(at: url) }
        guard case .missing(let tried) = error.problem else { throw error }
        #expect(tried.contains { $0.hasSuffix("slow/-v_1_0.0.npz") } && tried.contains { $0.hasSuffix(".npy") })
        #expect(error.description.contains("-v_1_0.0.npz"))
    }

    @Test("a damaged file is named with its fault")
    func damaged() throws {
        let error = try spoil { _, url in
            let bytes = try Data(contentsOf: url)
            try bytes.prefix(bytes.count / 2).write(to: url)
        }
        guard case .unreadable = error.problem else { throw error }
        #expect(error.file?.hasSuffix("slow/-v_1_0.0.npz") == true)
        let empty = try spoil { _, url in try Data().write(to: url) }
        guard case .unreadable(let inner) = empty.problem else { throw empty }
        #expect(inner.problem == .empty)
    }

    @Test("flipped bits are found where checksums are verified")
    func checksums() throws {
        let settings = FeatureSettings(verifiesChecksums: true)
        let error = try spoil(settings: settings) { _, url in
            var bytes = try Data(contentsOf: url)
            bytes[140] ^= 1
            try bytes.write(to: url)
        }
        guard case .unreadable(let inner) = error.problem else { throw error }
        #expect(inner.problem == .checksumMismatch)
    }

    @Test("no rows, no columns, no matrix, another width")
    func sizes() throws {
        #expect(try spoil(StoredTensor([] as [Float], shape: [0, 5])).problem == .empty)
        #expect(try spoil(StoredTensor([] as [Float], shape: [5, 0])).problem == .empty)
        #expect(try spoil(StoredTensor([1, 2] as [Float])).problem == .wrongShape([2]))
        #expect(try spoil(StoredTensor([1] as [Float], shape: [1, 1, 1])).problem == .wrongShape([1, 1, 1]))
        let narrow = StoredTensor([Float](repeating: 1, count: 20), shape: [5, 4])
        #expect(try spoil(narrow).problem == .wrongWidth(found: 4, expected: 5))
        let wide = try spoil(StoredTensor([Float](repeating: 1, count: 25), shape: [5, 5]), in: "text/qid1.npz")
        #expect(wide.subject == .text && wide.problem == .wrongWidth(found: 5, expected: 4))
    }

    @Test("far too few clips for the duration")
    func tooShort() throws {
        let error = try spoil(StoredTensor([Float](repeating: 1, count: 10), shape: [2, 5]))
        #expect(error.problem == .tooShort(clips: 2, expected: 5))
        // One clip less than expected is what extractors do.
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 2)
        try fixture.write("slow/-v_1_0.0.npz", ["features": fixture.values([4, 5], seed: 1)])
        #expect(try fixture.open(annotations).video(for: annotations[1]).clips.count == 4)
    }

    @Test("NaN and infinity are named with row and column", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(_ number: Float) throws {
        var values = [Float](repeating: 1, count: 25)
        values[13] = number
        let error = try spoil(StoredTensor(values, shape: [5, 5]))
        #expect(error.problem == .notFinite(row: 2, column: 3))
        let half = try spoil(StoredTensor(values.map { Float16($0) }, shape: [5, 5]))
        #expect(half.problem == .notFinite(row: 2, column: 3))
    }

    @Test("an archive with several arrays of unknown names lists them")
    func severalArrays() throws {
        let error = try spoil { fixture, url in
            try NPZFile.write(["a": fixture.values([5, 5], seed: 0), "b": fixture.values([5, 5], seed: 0)], to: url)
        }
        #expect(error.problem == .noArray(wanted: "features", available: ["a", "b"]))
    }

    @Test("a sentence's features are missing, or lack the pooled vector that others have")
    func text() throws {
        let missing = try spoil("text/qid1.npz") { _, url in try FileManager.default.removeItem(at: url) }
        #expect(missing.subject == .text)
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 2, pooled: true)
        try fixture.write("text/qid1.npz", ["last_hidden_state": fixture.values([2, 4], seed: 1)])
        let features = try fixture.open(annotations)
        let error = featureProblem { _ = try features.text(for: annotations[1]) }
        #expect(error?.problem == .noArray(wanted: "pooler_output", available: []))
    }

    @Test("places and patterns that cannot be are refused at once")
    func setup() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1)
        let text = FeatureSource(fixture.file("text").path)
        for source in [
            FeatureSource(fixture.file("nowhere").path), FeatureSource(fixture.file("slow").path, pattern: "all.npz"),
            FeatureSource(fixture.file("slow").path, pattern: "{video}.npz"),
            FeatureSource(fixture.file("slow").path, pattern: "{vid"),
        ] {
            #expect(throws: FeatureSetupError.self) {
                try FeatureFiles(video: [source], text: text, annotations: annotations)
            }
        }
        #expect(throws: FeatureSetupError.self) { try FeatureFiles(video: [], text: text, annotations: annotations) }
        #expect(throws: FeatureSetupError.self) { try fixture.open([]) }
        #expect(throws: FeatureSetupError.self) {
            try fixture.open(annotations, settings: FeatureSettings(maxClips: 0))
        }
        let absent = fixture.annotation(7, vid: "absent", duration: 10)
        #expect(throws: FeatureError.self) { try fixture.open([absent]) }
    }
}
