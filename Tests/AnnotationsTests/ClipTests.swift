import Testing

@testable import Annotations

@Suite("Clips of annotations") struct ClipTests {
    private let annotation = Annotation(
        qid: 1, query: "a", vid: "v", duration: 11,
        relevantWindows: [Window(start: 2, end: 6), Window(start: 7, end: 9)],
        relevantClipIDs: [1, 2, 4], saliencyScores: AnnotatorScores(annotators: 3, values: [1, 2, 3, 4, 4, 4, 0, 0, 1]))

    @Test("a video has as many clips as fit whole")
    func count() {
        #expect(annotation.clipCount() == 5)
        #expect(annotation.clipCount(clipLength: 1) == 11)
    }

    @Test("saliency outside the listed clips is 0")
    func saliency() throws {
        let all = try #require(annotation.clipSaliency())
        #expect((0..<5).map(all.sum(ofRow:)) == [0, 6, 12, 0, 1])
        let cut = try #require(annotation.clipSaliency(count: 3))
        #expect(cut.values == [0, 0, 0, 1, 2, 3, 4, 4, 4])
    }

    @Test("clips are relevant when they are listed, or else when their centre lies in a window")
    func relevance() {
        #expect(annotation.clipIsRelevant() == [false, true, true, false, true])
        var other = annotation
        other.relevantClipIDs = nil
        #expect(other.clipIsRelevant() == [false, true, true, true, false])
        other.relevantWindows = nil
        #expect(other.clipIsRelevant() == nil)
        #expect(other.clipIDs() == nil)
    }

    @Test("windows cover every clip that they touch")
    func coverage() {
        #expect(annotation.clipIDs() == [1, 2, 3, 4])
    }

    @Test("rows of unequal length are no table")
    func ragged() {
        #expect(AnnotatorScores(rows: [[1, 2], [3]]) == nil)
        #expect(AnnotatorScores(rows: [[1, 2], [3, 4]])?.values == [1, 2, 3, 4])
        #expect(AnnotatorScores(rows: [])?.count == 0)
    }
}
