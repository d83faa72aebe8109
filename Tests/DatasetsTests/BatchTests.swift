import Annotations
import Batches
import Datasets
import Foundation
import TensorFiles
import Testing
import Torch

@Suite("Batches of a data set")
struct BatchTests {
    @Test("a batch is padded with zeros to its own longest video and sentence")
    func padding() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 8)
        let indices = [1, 4, 0]  // 5, 8 and 4 clips; 3, 3 and 2 words.
        let batch = try dataset.batch(indices)
        #expect(batch.video.shape == [3, 8, 10])
        #expect(batch.text.shape == [3, 3, 4])
        #expect(batch.clipCounts == [5, 8, 4])
        #expect(batch.wordCounts == [3, 3, 2])
        #expect(batch.video.dtype == .float32 && batch.text.dtype == .float32)
        for (row, index) in indices.enumerated() {
            let annotation = dataset.annotations[index]
            let video = try dataset.features.video(for: annotation).clips
            #expect(batch.video[row, 0..<video.count].floats() == (try video.tensor().floats()))
            #expect(batch.video[row, video.count...].doubles().allSatisfy { $0 == 0 })
            let words = try dataset.features.text(for: annotation).words
            #expect(batch.text[row, 0..<words.count].floats() == (try words.tensor().floats()))
            #expect(batch.text[row, words.count...].doubles().allSatisfy { $0 == 0 })
            #expect(batch.queries[row].id == annotation.qid.description)
            #expect(batch.queries[row].video == annotation.vid)
            #expect(batch.queries[row].clipLength == 2)
        }
        #expect(batch.videoMask.bools().filter { $0 }.count == 17)
    }

    @Test("memory that a batch gave back is clean in the next one")
    func recycledMemory() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 8)
        let first = try dataset.batch([0, 4]).video.floats()
        for _ in 0..<5 { _ = try dataset.batch([4, 1]) }
        #expect(try dataset.batch([0, 4]).video.floats() == first)
        let kept = try dataset.batch([0, 4])
        _ = try dataset.batch([4, 1])
        #expect(kept.video.floats() == first)
    }

    @Test("two queries of one video share its features")
    func sharedVideo() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let dataset = try fixture.dataset(queries: 4)
        let batch = try dataset.batch([2, 3])
        #expect(batch.queries[0].video == batch.queries[1].video)
        #expect(batch.video[0].floats() == batch.video[1].floats())
        #expect(batch.text[0, 0..<2].floats() != batch.text[1, 0..<2].floats())
    }

    @Test("without ground truth there are no targets; with windows alone no saliency")
    func targets() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        var annotations = try fixture.write(queries: 2)
        let features = try fixture.open(annotations)
        let targets = try #require(
            try MomentDataset(annotations: annotations, features: features).batch([0, 1]).targets)
        #expect(targets.moments == [[Span(2, 6)], [Span(2, 6)]])
        #expect(targets.inMoment.shape == [2, 5])
        #expect(targets.inMoment[0].bools() == [false, true, true, false, false])
        #expect(targets.saliency == nil)
        annotations[1].relevantWindows = nil
        #expect(try MomentDataset(annotations: annotations, features: features).batch([0]).targets == nil)
    }

    @Test("saliency is the annotators' mean at the relevant clips")
    func saliency() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        var annotations = try fixture.write(queries: 2)
        for index in annotations.indices {
            annotations[index].relevantClipIDs = [1, 2]
            annotations[index].saliencyScores = AnnotatorScores(annotators: 3, values: [1, 2, 3, 4, 4, 2])
        }
        let dataset = MomentDataset(annotations: annotations, features: try fixture.open(annotations))
        let saliency = try #require(try dataset.batch([0, 1]).targets?.saliency)
        #expect(isClose(saliency[0].doubles(), [0, 2, 10.0 / 3, 0, 0]))
        #expect(saliency.shape == [2, 5])
    }

    @Test("more moments than the most: a choice that depends on the epoch and nothing else")
    func mostMoments() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        var annotations = try fixture.write(queries: 2)
        let windows = (0..<7).map { Window(start: Double($0), end: Double($0) + 0.5) }
        for index in annotations.indices { annotations[index].relevantWindows = windows }
        let features = try fixture.open(annotations)
        let all = MomentDataset(annotations: annotations, features: features)
        #expect(try all.batch([0]).targets?.moments[0].count == 7)
        let some = MomentDataset(
            annotations: annotations, features: features, settings: DatasetSettings(maxMoments: 3, momentSeed: 5))
        let chosen = try (0..<20).map { epoch in
            try #require(try some.batch([1, 0], epoch: epoch).targets).moments[1]
        }
        #expect(chosen.allSatisfy { $0.count == 3 && $0.map(\.start) == $0.map(\.start).sorted() })
        #expect(Set(chosen).count > 1)
        #expect(try some.batch([0], epoch: 3).targets?.moments[0] == chosen[3])
        // Every clip of every moment is still marked.
        #expect(try some.batch([0]).targets?.inMoment.bools() == (try all.batch([0]).targets?.inMoment.bools()))
    }

    @Test("a check collects every problem, and the data set goes on without the bad queries")
    func check() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 8)
        let dataset = MomentDataset(annotations: annotations, features: try fixture.open(annotations))
        let clean = try dataset.check()
        #expect(clean.problems.isEmpty && clean.queries == 8 && clean.videos == 6)
        try FileManager.default.removeItem(at: fixture.file("text/qid1.npz"))
        try FileManager.default.removeItem(at: fixture.file("slow/\(annotations[2].vid).npz"))
        var told: [Int] = []
        let report = try dataset.check { done, _ in
            told.append(done)
            return true
        }
        #expect(told.last == 8)
        #expect(report.badQueries == [1, 2, 3])  // 2 and 3 share the video.
        #expect(report.problems.map(\.query) == ["1", "2", "3"])
        #expect(report.description.contains("qid1.npz"))
        let rest = dataset.without(report.badQueries)
        #expect(rest.annotations.map(\.qid) == [0, 4, 5, 6, 7])
        #expect(try rest.check().problems.isEmpty)
    }

    @Test("a check notes a clip length that cannot be right")
    func clipLengthNote() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        let annotations = try fixture.write(queries: 4)
        let features = try fixture.open(annotations, settings: FeatureSettings(clipLength: 4))
        let report = try MomentDataset(annotations: annotations, features: features).check()
        #expect(report.notes.contains { $0.contains("clip length") })
    }
}
