import Foundation
import TestSupport
import Testing

@testable import Annotations

/// What is known of one split of QVHighlights.
struct QVHighlightsFacts: Sendable {
    var file: String
    var queries: Int
    var videos: Int
    var windows: Int
    var manyWindows: Int
    var oddDurations: Int
    /// Windows of up to 10, up to 30 and up to 150 s.
    var lengths: [Int]
    /// Queries whose window is the whole video.
    var wholeVideo: Int
    /// Least, median and greatest number of relevant clips.
    var clips: [Int]
    /// Queries without a clip that anyone rated 4.
    var withoutVeryGood: Int

    static let splits = [
        QVHighlightsFacts(
            file: "highlight_train_release", queries: 7218, videos: 7100, windows: 12803, manyWindows: 2363,
            oddDurations: 213, lengths: [4774, 4997, 3032], wholeVideo: 302, clips: [7, 15, 75], withoutVeryGood: 140),
        QVHighlightsFacts(
            file: "highlight_val_release", queries: 1550, videos: 1519, windows: 2803, manyWindows: 530,
            oddDurations: 39, lengths: [1130, 1062, 611], wholeVideo: 52, clips: [6, 15, 75], withoutVeryGood: 35),
        QVHighlightsFacts(
            file: "highlight_test_with_gt", queries: 1542, videos: 1529, windows: 2761, manyWindows: 511,
            oddDurations: 47, lengths: [1079, 1069, 613], wholeVideo: 54, clips: [6, 15, 75], withoutVeryGood: 31),
    ]
}

/// The real files of the field, with the facts that are known about them.
@Suite("Published files", .enabled(if: SharedMaterial.data != nil)) struct PublishedFilesTests {
    private func data(_ path: String) throws -> URL {
        try #require(SharedMaterial.data).appendingPathComponent(path)
    }

    @Test("QVHighlights", arguments: QVHighlightsFacts.splits)
    func qvhighlights(facts: QVHighlightsFacts) throws {
        let set = try AnnotationSet(contentsOf: data("qvhighlights/\(facts.file).jsonl"))
        #expect(set.format == .qvhighlights)
        #expect(set.count == facts.queries)
        #expect(set.lines == Array(1...facts.queries))
        #expect(Set(set.map(\.vid)).count == facts.videos)
        let windows = set.flatMap { $0.relevantWindows ?? [] }
        #expect(windows.count == facts.windows)
        #expect(set.count { ($0.relevantWindows ?? []).count > 1 } == facts.manyWindows)
        #expect(set.count { $0.duration != 150 } == facts.oddDurations)
        let lengths = windows.map(\.length)
        #expect(lengths.count { $0 <= 10 } == facts.lengths[0])
        #expect(lengths.count { 10 < $0 && $0 <= 30 } == facts.lengths[1])
        #expect(lengths.count { 30 < $0 && $0 <= 150 } == facts.lengths[2])
        let clips = set.map { $0.relevantClipIDs?.count ?? 0 }.sorted()
        #expect([clips[0], clips[clips.count / 2], clips[clips.count - 1]] == facts.clips)
        #expect(set.allSatisfy { $0.clipIDs() == $0.relevantClipIDs })
        #expect(set.count { $0.relevantClipIDs?.count == $0.clipCount() } == facts.wholeVideo)
        #expect(set.count { !($0.saliencyScores?.values.contains(4) ?? false) } == facts.withoutVeryGood)
        #expect(set.allSatisfy { if case .number = $0.qid { true } else { false } })
    }

    @Test("Charades-STA: the text form is the JSON Lines form, four inverted lines are dropped")
    func charades() throws {
        let durations = try data("charades-sta/charades_v1_lengths.csv")
        for (split, count, first, clipped) in [("train", 12404, 0, 1802), ("test", 3720, 12404, 562)] {
            let lines = try AnnotationSet(contentsOf: data("charades-sta/charades_\(split)_release.jsonl"))
            #expect(lines.format == .jsonLines)
            #expect(lines.count == count)
            let options = AnnotationOptions(durations: durations, firstQueryID: first, policy: .keepGood)
            let text = try AnnotationSet(contentsOf: data("charades-sta/charades_sta_\(split).txt"), options: options)
            #expect(text.format == .charadesText)
            #expect(text.annotations == lines.annotations)
            #expect(text.clippedWindows == clipped)
            #expect(text.problems.count == (split == "train" ? 4 : 0))
            #expect(text.problems.allSatisfy { if case .emptyWindow = $0.reason { true } else { false } })
        }
        let error = #expect(throws: AnnotationFileError.self) {
            let options = AnnotationOptions(durations: durations)
            return try AnnotationSet(contentsOf: data("charades-sta/charades_sta_train.txt"), options: options)
        }
        guard case .problems(_, let problems)? = error else { return }
        #expect(problems.count == 4)
    }

    @Test("TACoS: the JSON in frames is the JSON Lines form in seconds, bit for bit")
    func tacos() throws {
        for (split, queries, videos, clipped) in [("train", 9790, 75, 43), ("val", 4436, 27, 0), ("test", 4001, 25, 5)]
        {
            let lines = try AnnotationSet(contentsOf: data("tacos/tacos_\(split)_release.jsonl"))
            #expect(lines.format == .jsonLines)
            #expect(lines.count == queries)
            #expect(Set(lines.map(\.vid)).count == videos)
            let frames = try AnnotationSet(contentsOf: data("tacos/tacos_2dtan_\(split).json"))
            #expect(frames.format == .tacosJSON)
            #expect(frames.annotations == lines.annotations)
            #expect(frames.clippedWindows == clipped)
        }
    }

    @Test("TVSum: 20 annotators, a row per 2-second shot")
    func tvsum() throws {
        for (split, count) in [("train", 40), ("val", 10)] {
            let set = try AnnotationSet(contentsOf: data("tvsum/tvsum_\(split)_release.jsonl"))
            #expect(set.format == .tvsum)
            #expect(set.count == count)
            #expect(set.allSatisfy { $0.labels?.annotators == 20 && $0.labels?.count == $0.clipCount() })
            #expect(set.allSatisfy { ($0.labels?.values ?? []).allSatisfy { 1...5 ~= $0 } })
            let domains = Dictionary(grouping: set, by: \.domain).mapValues(\.count)
            #expect(domains.count == 10 && domains.values.allSatisfy { $0 == count / 10 })
            #expect(set.allSatisfy { $0.qid == .text($0.vid) && $0.relevantWindows == nil })
        }
    }

    @Test("YouTube Highlights: one column, a positive in every video")
    func youtube() throws {
        for (split, count) in [("train", 233), ("val", 152)] {
            let set = try AnnotationSet(contentsOf: data("youtube-highlights/youtube_highlight_\(split)_release.jsonl"))
            #expect(set.format == .youtubeHighlights)
            #expect(set.count == count)
            #expect(set.allSatisfy { $0.labels?.annotators == 1 && $0.labels?.values.contains(1) == true })
            #expect(Set(set.map(\.domain)).count == 6)
            #expect(set.allSatisfy { $0.query == $0.domain })
        }
    }

    @Test("every file in the folder loads; what is wrong in one is said by line, and the good lines stay")
    func everyFile() throws {
        let root = try data("")
        let durations = try data("charades-sta/charades_v1_lengths.csv")
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        var loaded = 0
        for case let file as URL in files {
            let isPrediction = file.deletingLastPathComponent().lastPathComponent == "predictions"
            guard ["jsonl", "txt", "json"].contains(file.pathExtension), !file.path.hasSuffix("metrics.json") else {
                continue
            }
            let problems: [LineProblem]
            if isPrediction {
                problems = try PredictionSet(contentsOf: file, policy: .keepGood).problems
            } else {
                let options = AnnotationOptions(durations: durations, policy: .keepGood)
                let set = try AnnotationSet(contentsOf: file, options: options)
                #expect(!set.isEmpty, "\(file.lastPathComponent)")
                problems = set.problems
            }
            // Four inverted windows, as published.
            #expect(problems.count == (file.lastPathComponent == "charades_sta_train.txt" ? 4 : 0), "\(problems)")
            #expect(problems.allSatisfy { $0.line > 0 && $0.file == file.lastPathComponent })
            loaded += 1
        }
        #expect(loaded >= 20)
    }

    @Test("predictions have every query once, ten windows or fewer")
    func predictions() throws {
        for file in ["moment_detr_clip_val", "sample_val", "univtg_val"] {
            let set = try PredictionSet(contentsOf: data("predictions/\(file).jsonl"))
            #expect(Set(set.predictions.map(\.qid)).count == 1550)
            #expect(set.predictions.allSatisfy { 1...10 ~= ($0.relevantWindows ?? []).count })
            #expect(set.predictions.allSatisfy { 59...75 ~= ($0.saliencyScores ?? []).count })
        }
    }

    @Test("what is written of a published file reads back the same")
    func rewriting() throws {
        let set = try AnnotationSet(contentsOf: data("qvhighlights/highlight_val_release.jsonl"))
        let file = try TemporaryFile("")
        try set.write(to: file.url)
        let read = try file.annotations()
        #expect(read.format == .qvhighlights)
        #expect(read.annotations == set.annotations)
        let original = try String(contentsOf: data("qvhighlights/highlight_val_release.jsonl"), encoding: .utf8)
        #expect(try String(contentsOf: file.url, encoding: .utf8) == original + "\n")
    }

    @Test("the example's queries load")
    func example() throws {
        let set = try AnnotationSet(contentsOf: data("example/queries.jsonl"))
        #expect(set.map(\.qid) == [12436, 12437])
    }
}
