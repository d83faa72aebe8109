import Annotations
import Batches
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Targets of clips")
struct ClipTargetsTests {
    private func targets(
        _ windows: [(Double, Double)]?, ids: [Int]? = nil, scores: AnnotatorScores? = nil, duration: Double = 20,
        count: Int = 10, clipLength: Double = 2
    ) -> ClipTargets? {
        let annotation = Annotation(
            qid: 1, query: "q", vid: "v", duration: duration,
            relevantWindows: windows?.map { Window(start: $0.0, end: $0.1) }, relevantClipIDs: ids,
            saliencyScores: scores)
        return ClipTargets(annotation, count: count, clipLength: clipLength, annotatedClipLength: 2)
    }

    private func clips(_ targets: ClipTargets?) -> [Int] {
        (targets?.inMoment ?? []).enumerated().filter(\.element).map(\.offset)
    }

    @Test("a clip belongs to a window that holds its centre; the window's end is outside")
    func centres() {
        #expect(clips(targets([(2, 6)])) == [1, 2])
        #expect(clips(targets([(2.9, 7.1)])) == [1, 2, 3])
        #expect(clips(targets([(3.1, 7)])) == [2])
        #expect(clips(targets([(0, 2), (6, 8)])) == [0, 3])
    }

    @Test("a moment shorter than a clip gets the clip that holds its centre")
    func shortMoments() {
        #expect(clips(targets([(4.1, 4.7)])) == [2])
        #expect(clips(targets([(5.2, 6.9)])) == [3])
        #expect(clips(targets([(3, 3)])) == [1])
    }

    @Test("clip ids decide where they are given, also for features of another clip length")
    func clipIDs() {
        #expect(clips(targets([(2, 6)], ids: [1, 2])) == [1, 2])
        #expect(clips(targets([(2, 6)], ids: [1, 2], count: 20, clipLength: 1)) == [2, 3, 4, 5])
        #expect(targets(nil, ids: [1, 2, 5, 9])?.moments == [Span(2, 6), Span(10, 12), Span(18, 20)])
        #expect(targets(nil) == nil)
    }

    @Test("in QVHighlights clip ids and windows agree", .enabled(if: SharedMaterial.data != nil))
    func realAnnotations() throws {
        let file = try #require(SharedMaterial.data).appendingPathComponent("qvhighlights/highlight_val_release.jsonl")
        for annotation in try AnnotationSet(contentsOf: file) {
            var windowsOnly = annotation
            windowsOnly.relevantClipIDs = nil
            let count = Int(annotation.duration / 2)
            let byIDs = ClipTargets(annotation, count: count, clipLength: 2, annotatedClipLength: 2)
            let byWindows = ClipTargets(windowsOnly, count: count, clipLength: 2, annotatedClipLength: 2)
            #expect(byIDs?.inMoment == byWindows?.inMoment, "query \(annotation.qid)")
            #expect(byIDs?.moments.count == annotation.relevantWindows?.count)
        }
    }

    @Test("saliency goes to the clips of its ids")
    func saliency() {
        let scores = AnnotatorScores(annotators: 2, values: [1, 2, 4, 4])
        #expect(targets([(2, 6)], ids: [1, 2], scores: scores, count: 4)?.saliency == [0, 1.5, 4, 0])
        let fine = targets([(2, 6)], ids: [1, 2], scores: scores, count: 7, clipLength: 1)
        #expect(fine?.saliency == [0, 0, 1.5, 1.5, 4, 4, 0])
        #expect(targets([(2, 6)], ids: [1, 2])?.saliency == nil)
    }

    @Test("in a cut video moments are cut, and dropped where nothing of them is left")
    func cutVideo() {
        let cut = targets([(2, 6), (8, 14), (16, 20)], count: 5)
        #expect(cut?.moments == [Span(2, 6), Span(8, 10)])
        #expect(clips(cut) == [1, 2, 4])
        #expect(targets([(12, 14)], count: 5)?.moments == [])
    }

    @Test("windows that cannot be are none, whoever made them; endless durations do no harm")
    func impossibleWindows() {
        let windows = [(6.0, 2.0), (-4, -2), (.nan, 4), (2, .nan), (2, .infinity), (.infinity, .infinity)]
        #expect(targets(windows)?.moments == [])
        #expect(clips(targets(windows)) == [])
        #expect(targets([(2, 6)], duration: .infinity)?.moments == [Span(2, 6)])
    }

    @Test("features that end a clip early keep a moment at the video's end")
    func roundedFeatures() {
        let last = targets([(18, 20)], count: 9)
        #expect(last?.moments == [Span(16, 18)])
        #expect(clips(last) == [8])
    }
}
