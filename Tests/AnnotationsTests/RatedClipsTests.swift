import Annotations
import Foundation
import TestSupport
import Testing

@Suite("Ratings of whole videos")
struct RatedClipsTests {
    private func rated(_ labels: [[Double]], duration: Double = 100) -> Annotation {
        Annotation(
            qid: "v", query: "q", vid: "v", duration: duration, labels: AnnotatorScores(rows: labels), domain: "BK"
        ).withRatedClips()
    }

    @Test("several annotators: highlights are above the lower median of the means, saliency begins at 0")
    func several() {
        // Means 2, 4, 3, 5, 1 and median 3.
        let annotation = rated([[1, 3], [4, 4], [3, 3], [5, 5], [1, 1]])
        #expect(annotation.relevantClipIDs == [1, 3])
        #expect(annotation.relevantWindows == [Window(start: 2, end: 4), Window(start: 6, end: 8)])
        #expect(annotation.saliencyScores == AnnotatorScores(rows: [[3, 3], [4, 4]]))
        #expect(annotation.duration == 10)
        #expect(annotation.labels?.count == 5 && annotation.domain == "BK")
        // Of an even number the lower of the two in the middle.
        #expect(rated([[1, 1], [2, 2], [3, 3], [4, 4]]).relevantClipIDs == [2, 3])
        #expect(rated([[2, 2], [2, 2]]).relevantWindows == [])
    }

    @Test("one annotator: highlights are the positive clips, and there is no saliency")
    func one() {
        let annotation = rated([[0], [1], [1], [0], [1]], duration: 7.3)
        #expect(annotation.relevantClipIDs == [1, 2, 4])
        #expect(annotation.relevantWindows == [Window(start: 2, end: 6), Window(start: 8, end: 10)])
        #expect(annotation.saliencyScores == nil)
        #expect(annotation.duration == 10)
    }

    @Test("other annotations stay as they are, and twice is as once")
    func others() {
        let plain = Annotation(qid: 1, query: "q", vid: "v", duration: 7.3, relevantWindows: [Window(start: 1, end: 2)])
        #expect(plain.withRatedClips() == plain)
        let once = rated([[0], [1]])
        #expect(once.withRatedClips() == once)
    }

    @Test("every published video has highlights and others", .enabled(if: SharedMaterial.data != nil))
    func published() throws {
        let folder = try #require(SharedMaterial.data)
        for name in [
            "tvsum/tvsum_train_release", "tvsum/tvsum_val_release",
            "youtube-highlights/youtube_highlight_train_release",
            "youtube-highlights/youtube_highlight_val_release",
        ] {
            let set = try AnnotationSet(contentsOf: folder.appendingPathComponent(name + ".jsonl"))
            for annotation in set {
                let rated = annotation.withRatedClips()
                let ids = try #require(rated.relevantClipIDs)
                #expect(!ids.isEmpty && ids.last! < annotation.labels!.count, "\(name), \(annotation.vid)")
                #expect(rated.relevantWindows?.reduce(0) { $0 + $1.length } == Double(2 * ids.count))
                #expect(rated.saliencyScores.map { $0.values.allSatisfy { 0...4 ~= $0 } } ?? true)
            }
            #expect(set.domains.count == (name.hasPrefix("tvsum") ? 10 : 6))
            #expect(set.domains.reduce(0) { $0 + set.inDomain($1).count } == set.count)
        }
    }
}
