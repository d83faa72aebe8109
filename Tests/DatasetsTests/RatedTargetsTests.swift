import Annotations
import Batches
import Foundation
import TensorFiles
import Testing
import Torch

@testable import Datasets

@Suite("Targets of rated videos")
struct RatedTargetsTests {
    private func targets(_ labels: [[Double]], count: Int, clipLength: Double = 2) -> ClipTargets? {
        let annotation = Annotation(
            qid: "v", query: "q", vid: "v", duration: 9, labels: AnnotatorScores(rows: labels), domain: "BK")
        return ClipTargets(
            annotation.withRatedClips(), count: count, clipLength: clipLength, annotatedClipLength: 2)
    }

    @Test("several annotators: highlights are in moments, and every clip has its mean less 1 as saliency")
    func several() {
        let found = targets([[1, 2], [4, 4], [3, 3], [5, 5], [1, 1]], count: 5)
        #expect(found?.inMoment == [false, true, false, true, false])
        #expect(found?.saliency == [0.5, 3, 2, 4, 0])
        #expect(found?.moments.count == 2)
        // Features of half the length: two clips a row.
        #expect(targets([[1, 2], [4, 4], [3, 3]], count: 6, clipLength: 1)?.saliency == [0.5, 0.5, 3, 3, 2, 2])
        // A row more of features than of ratings.
        #expect(targets([[1, 2], [4, 4]], count: 3)?.saliency == [0.5, 3, 0])
    }

    @Test("one annotator: positive clips are in moments, without saliency")
    func one() {
        let found = targets([[0], [1], [1], [0]], count: 4)
        #expect(found?.inMoment == [false, true, true, false])
        #expect(found?.saliency == nil)
    }

    @Test("features count as too short by the rows of ratings, not by the seconds of a slow video")
    func coverage() throws {
        let fixture = try DatasetFixture()
        defer { fixture.remove() }
        // 90 s at 6 frames a second are ten clips of 100 frames, one every 50.
        let annotation = Annotation(
            qid: "a", query: "dog", vid: "a", duration: 90,
            labels: AnnotatorScores(rows: (0..<10).map { [Double($0 % 2)] }), domain: "dog")
        try fixture.write("slow/a.npz", ["features": fixture.values([10, 5], seed: 1)])
        try fixture.write("clip/a.npz", ["features": fixture.values([10, 3], seed: 2)])
        try fixture.write("text/qida.npz", ["last_hidden_state": fixture.values([2, 4], seed: 3)])
        let dataset = MomentDataset(annotations: [annotation], features: try fixture.open([annotation]))
        let batch = try dataset.batch([0])
        #expect(batch.clipCounts == [10])
        #expect(batch.targets?.moments[0].count == 5)
        #expect(dataset.hasMoments && !dataset.hasSaliency)
    }
}
