import Annotations
import Batches
import Datasets
import Foundation
import TensorFiles
import Testing
import Torch

@Suite("Feature files")
struct FeatureFilesTests {
    @Test("each kind is normalised alone, concatenated in order, cut to the shortest, and gets its endpoints")
    func concatenates() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1)
        let features = try fixture.open(annotations)
        let video = try features.video(for: annotations[0]).clips
        #expect(video.count == 4)  // The other kind has 5.
        #expect(video.width == 5 + 3 + 2)
        let slow = fixture.values([4, 5], seed: 0).doubles()
        let clip = fixture.values([5, 3], seed: 100).doubles()
        var wanted: [Double] = []
        for row in 0..<4 {
            wanted += normalised(Array(slow[row * 5..<row * 5 + 5]))
            wanted += normalised(Array(clip[row * 3..<row * 3 + 3]))
            wanted += [Double(row) / 4, Double(row + 1) / 4]
        }
        #expect(isClose(try video.tensor().doubles(), wanted))
        #expect(features.recipe.videoWidth == 10)
        #expect(features.recipe.video.map(\.name) == ["slow", "clip"])
    }

    @Test("settings switch endpoints and normalisation off and limit clips and words")
    func settings() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 3)
        let settings = FeatureSettings(maxClips: 3, temporalEndpoints: false, normalised: false, maxWords: 2)
        let features = try fixture.open(annotations, settings: settings)
        let video = try features.video(for: annotations[2]).clips.tensor()
        #expect(video.shape == [3, 8])
        #expect(isClose(video[0, 0..<5].doubles(), Array(fixture.values([6, 5], seed: 2).doubles().prefix(5))))
        #expect(try features.text(for: annotations[2]).words.count == 2)
    }

    @Test("a row of zeros stays zero; huge numbers are still normalised")
    func extremeRows() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1)
        var slow = [Float](repeating: 0, count: 20)
        slow[5] = 3e30
        slow[6] = 4e30
        try fixture.write("slow/-v_0_0.0.npz", ["features": StoredTensor(slow, shape: [4, 5])])
        let rows = try fixture.open(annotations).video(for: annotations[0]).clips.tensor()
        #expect(rows[0, 0..<5].doubles() == [0, 0, 0, 0, 0])
        #expect(isClose(rows[1, 0..<5].doubles(), [0.6, 0.8, 0, 0, 0]))
    }

    @Test("half and double precision give the same rows as single", arguments: ["half", "double"])
    func precisions(_ name: String) throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1)
        // Numbers that half precision holds exactly, and enough of them for the wide loops and their rests.
        let numbers = (0..<4 * 75).map { Double($0 % 37) / 8 - 2 }
        let stored =
            name == "half"
            ? StoredTensor(numbers.map { Float16($0) }, shape: [4, 75]) : StoredTensor(numbers, shape: [4, 75])
        try fixture.write("slow/-v_0_0.0.npz", ["features": stored])
        let rows = try fixture.open(annotations).video(for: annotations[0]).clips.tensor()
        try fixture.write("slow/-v_0_0.0.npz", ["features": StoredTensor(numbers.map { Float($0) }, shape: [4, 75])])
        let single = try fixture.open(annotations).video(for: annotations[0]).clips.tensor()
        #expect(rows.floats() == single.floats())
        let wanted = (0..<4).flatMap { normalised(Array(numbers[$0 * 75..<$0 * 75 + 75])) }
        #expect(isClose(single[0..., 0..<75].doubles(), wanted))
    }

    @Test("npy, safetensors and HDF5 in folders, and one file with an array for each video")
    func formats() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1)
        let wanted = try fixture.open(annotations).video(for: annotations[0]).clips.tensor().floats()
        let vid = annotations[0].vid
        let values = fixture.values([4, 5], seed: 0)
        try FileManager.default.removeItem(at: fixture.file("slow/\(vid).npz"))
        try NPYFile.write(values, to: fixture.file("slow/\(vid).npy"))
        #expect(try fixture.open(annotations).video(for: annotations[0]).clips.tensor().floats() == wanted)

        try FileManager.default.removeItem(at: fixture.file("slow/\(vid).npy"))
        try SafetensorsFile.write(["anything": values], to: fixture.file("slow/\(vid).safetensors"))
        #expect(try fixture.open(annotations).video(for: annotations[0]).clips.tensor().floats() == wanted)

        try FileManager.default.removeItem(at: fixture.file("slow/\(vid).safetensors"))
        try HDF5File.write(["anything": values], to: fixture.file("slow/\(vid).h5"))
        #expect(try fixture.open(annotations).video(for: annotations[0]).clips.tensor().floats() == wanted)

        try SafetensorsFile.write(["\(vid).avi": values, "other": values], to: fixture.file("all.safetensors"))
        try HDF5File.write(["c3d/\(vid).avi": values, "other": values], to: fixture.file("all.h5"))
        for (name, pattern) in [("all.safetensors", "{vid}.avi"), ("all.h5", "c3d/{vid}.avi")] {
            let source = FeatureSource(fixture.file(name).path, pattern: pattern)
            let features = try FeatureFiles(
                video: [source, FeatureSource(fixture.file("clip").path)],
                text: FeatureSource(fixture.file("text").path), annotations: annotations)
            #expect(try features.video(for: annotations[0]).clips.tensor().floats() == wanted)
            let absent = fixture.annotation(0, vid: "absent", duration: 8)
            let error = featureProblem { _ = try features.video(for: absent) }
            #expect(error?.description.contains("absent.avi") == true)
        }
    }

    @Test("the files of one video and one sentence serve whatever asks, without a folder")
    func singleFiles() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1, pooled: true)
        let wanted = try fixture.open(annotations)
        let features = try FeatureFiles(
            video: ["slow", "clip"].map { (name: String) in
                FeatureSource(single: fixture.file("\(name)/-v_0_0.0.npz").path, name: name)
            },
            text: FeatureSource(single: fixture.file("text/qid0.npz").path),
            annotations: [fixture.annotation(99, vid: "anything", duration: 8)])
        let query = fixture.annotation(99, vid: "anything", duration: 8)
        #expect(
            try features.video(for: query).clips.tensor().floats()
                == wanted.video(for: annotations[0]).clips.tensor().floats())
        #expect(features.recipe.pooledWidth == 4)
        try features.recipe.accept(wanted.recipe)
    }

    @Test("descriptions of sources read from JSON with just a path")
    func sourceCoding() throws {
        let read = try JSONDecoder().decode(FeatureSource.self, from: Data(#"{"path": "a/b.h5"}"#.utf8))
        #expect(read == FeatureSource("a/b.h5") && read.title == "b")
        let source = FeatureSource(single: "x.npz", name: "n", array: "a")
        #expect(try JSONDecoder().decode(FeatureSource.self, from: JSONEncoder().encode(source)) == source)
    }

    @Test("patterns name files and arrays; other arrays in the file do not disturb")
    func patterns() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1)
        let values = fixture.values([4, 5], seed: 0)
        try fixture.write("slow/x_-v_0_0.0_0.npz", ["a": fixture.values([1, 1], seed: 1), "b": values])
        let features = try FeatureFiles(
            video: [FeatureSource(fixture.file("slow").path, pattern: "x_{vid}_{qid}.npz", array: "b")],
            text: FeatureSource(fixture.file("text").path), annotations: annotations)
        #expect(try features.video(for: annotations[0]).clips.width == 7)
    }

    @Test("a long video is cut, or its whole length sampled by means")
    func longVideos() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1)
        let numbers = (0..<4).flatMap { row in [Float](repeating: Float(row), count: 5) }
        try fixture.write("slow/-v_0_0.0.npz", ["features": StoredTensor(numbers, shape: [4, 5])])
        try fixture.write("clip/-v_0_0.0.npz", ["features": fixture.values([4, 3], seed: 0)])
        var settings = FeatureSettings(maxClips: 2, temporalEndpoints: false, normalised: false)
        let cut = try fixture.open(annotations, settings: settings).video(for: annotations[0])
        #expect(try cut.clips.tensor()[0..., 0].doubles() == [0, 1])
        #expect(cut.clipLength == 2)
        settings.longVideos = .sample
        let sampled = try fixture.open(annotations, settings: settings).video(for: annotations[0])
        #expect(try sampled.clips.tensor()[0..., 0].doubles() == [0.5, 2.5])
        #expect(sampled.clipLength == 4)
        settings.maxClips = 3  // Bounds 0, 1.33, 2.67, 4 round to 0, 1, 3, 4.
        let uneven = try fixture.open(annotations, settings: settings).video(for: annotations[0])
        #expect(try uneven.clips.tensor()[0..., 0].doubles() == [0, 1.5, 3])
    }

    @Test("pooled text comes as a vector or as one row, normalised")
    func pooledText() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 2, pooled: true)
        try fixture.write(
            "text/qid1.npz",
            [
                "last_hidden_state": fixture.values([2, 4], seed: 1),
                "pooler_output": fixture.values([1, 4], seed: 301),
            ])
        let features = try fixture.open(annotations)
        #expect(features.recipe.pooledWidth == 4)
        let batch = try MomentDataset(annotations: annotations, features: features).batch([0, 1])
        let wanted = [300, 301].flatMap { normalised(fixture.values([4], seed: $0).doubles()) }
        #expect(isClose(try #require(batch.pooledText).doubles(), wanted))
    }

    @Test("a folder's card gives name, encoder and the simulated mark; a contradicting clip length is refused")
    func cards() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 1)
        try FeatureCard(name: "slowfast", encoder: "R50", weights: "abc", clipLength: 2, simulated: true)
            .write(folder: fixture.file("slow"))
        let recipe = try fixture.open(annotations).recipe
        #expect(recipe.simulated)
        #expect(recipe.video[0] == FeatureRecipe.Component(name: "slowfast", width: 5, encoder: "R50", weights: "abc"))
        #expect(throws: FeatureSetupError.self) {
            try fixture.open(annotations, settings: FeatureSettings(clipLength: 1))
        }
        try FileManager.default.removeItem(at: fixture.file("slow/features.json"))
        #expect(try !fixture.open(annotations).recipe.simulated)
        try Data(#"{"simulated": true, "seed": 1, "clipLength": 2}"#.utf8).write(to: fixture.file("simulated.json"))
        #expect(try fixture.open(annotations).recipe.simulated)
        try Data("{".utf8).write(to: fixture.file("slow/features.json"))
        #expect(throws: FeatureSetupError.self) { try fixture.open(annotations) }
    }
}
