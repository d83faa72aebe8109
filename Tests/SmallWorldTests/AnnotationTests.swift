import Annotations
import Foundation
import Testing

@testable import SmallWorld

@Suite struct SceneAnnotationTests {
    @Test func theReaderFindsNoFault() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let world = World(seed: 5)
        let made = (0..<20).flatMap { world.annotations(.val, $0) }
        let file = folder.appendingPathComponent("val.jsonl")
        try Data(made.map { $0.json + "\n" }.joined().utf8).write(to: file)
        let read = try AnnotationSet(contentsOf: file)
        #expect(read.format == .qvhighlights)
        #expect(read.problems.isEmpty)
        #expect(read.annotations == made.map(\.annotation))
        #expect(Set(read.map(\.qid)).count == made.count)
        let line = try #require(made.first?.json)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect((object["exact_windows"] as? [[Double]])?.count == made[0].exactWindows.count)
        #expect(object["unseen"] as? Bool == made[0].isUnseen)
    }

    @Test func windowsLieOnTheGridNearTheExactOnes() {
        for scene in SceneTests.train {
            for annotation in scene.annotations(vid: "v") {
                let windows = annotation.annotation.relevantWindows ?? []
                for window in windows {
                    #expect(window.start.truncatingRemainder(dividingBy: 2) == 0)
                    #expect(window.length >= 2 && window.length.truncatingRemainder(dividingBy: 2) == 0)
                }
                for exact in annotation.exactWindows {
                    #expect(windows.contains { $0.start <= exact.start + 1 + 1e-9 && $0.end >= exact.end - 1 - 1e-9 })
                    let frames = exact.start * Double(scene.frameRate)
                    #expect(abs(frames - frames.rounded()) < 1e-6)
                }
            }
        }
    }

    @Test func threeAnnotatorsAgreeMostly() {
        var (scores, differences, pairs): ([Double], Double, Double) = ([], 0, 0)
        for scene in SceneTests.train {
            for annotation in scene.annotations(vid: "v") {
                let rows = annotation.annotation.saliencyScores!
                #expect(rows.annotators == 3 && rows.count == annotation.annotation.relevantClipIDs?.count)
                for row in 0..<rows.count {
                    scores += rows[row]
                    differences += rows[row].max()! - rows[row].min()!
                    pairs += 1
                }
            }
        }
        #expect(scores.allSatisfy { (0...4).contains($0) && $0 == $0.rounded() })
        // Every clip of an event shows it, so that nobody may give it nothing.
        for score in 1...4 { #expect(scores.contains(Double(score))) }
        #expect((0.3...1.2).contains(differences / pairs))
    }

    @Test func whatIsHiddenIsLessSalient() throws {
        var (shown, hidden): ([Double], [Double]) = ([], [])
        for scene in (0..<120).map({ Scene(seed: UInt64($0), split: .train) }) {
            for event in scene.events where event.action == .hide {
                guard let sentence = scene.sentence(about: event, seed: 1), sentence.moments.count == 1 else {
                    continue
                }
                let (start, end) = scene.span(of: event)
                let clips = Int((start / 2).rounded(.up))..<Int(end / 2)
                let seen = clips.map { clip in
                    (0..<8).reduce(0) { $0 + scene.visibility(of: event.actor, at: 2 * Double(clip) + Double($1) / 4) }
                }
                let (most, least) = (try #require(seen.max()), try #require(seen.min()))
                shown.append(scene.clearness(of: sentence, clip: clips.lowerBound + seen.firstIndex(of: most)!))
                hidden.append(scene.clearness(of: sentence, clip: clips.lowerBound + seen.firstIndex(of: least)!))
            }
        }
        #expect(shown.count >= 5)
        #expect(hidden.reduce(0, +) < 0.8 * shown.reduce(0, +))
    }
}
