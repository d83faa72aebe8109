import Foundation
import Testing

@testable import Annotations

@Suite("Lines of annotations") struct AnnotationLineTests {
    private func reasons(
        _ line: String, format: AnnotationFormat = .jsonLines
    ) -> [LineProblem.Reason] {
        var bytes = Array(line.utf8)
        return bytes.withUnsafeMutableBufferPointer { bytes in
            switch AnnotationLine.parse(UnsafeBufferPointer(bytes), format: format, clipLength: 2) {
            case .value: []
            case .problems(let reasons): reasons
            }
        }
    }

    /// A good line with some members replaced or added.
    private func line(_ members: String) -> String {
        let keys = members.split(separator: ",").compactMap { $0.split(separator: "\"").first.map(String.init) }
        var base = [
            "qid": #""qid": 1"#, "query": #""query": "a""#, "vid": #""vid": "v""#, "duration": #""duration": 10"#,
        ]
        for key in keys { base[key] = nil }
        return "{" + (base.values.sorted() + [members]).joined(separator: ", ") + "}"
    }

    @Test("a good line gives all that it holds")
    func goodLine() throws {
        let text =
            #"{"qid": "x_1", "query": "caf\u00e9", "duration": 9.5, "vid": "-v_1", "relevant_clip_ids": [1, 2], "#
            + #""saliency_scores": [[4, 3, 2], [1, 0, 0]], "relevant_windows": [[2, 6]], "extra": {"a": [1]}}"#
        let file = try TemporaryFile(text)
        let set = try file.annotations()
        let annotation = try #require(set.first)
        #expect(annotation.qid == "x_1")
        #expect(annotation.query == "café")
        #expect(annotation.vid == "-v_1")
        #expect(annotation.duration == 9.5)
        #expect(annotation.relevantWindows == [Window(start: 2, end: 6)])
        #expect(annotation.relevantClipIDs == [1, 2])
        #expect(annotation.saliencyScores == AnnotatorScores(annotators: 3, values: [4, 3, 2, 1, 0, 0]))
        #expect(annotation.saliencyScores?.mean(ofRow: 0) == 3)
        #expect(set.format == .qvhighlights)
    }

    @Test("saliency, windows and clips may be missing or null")
    func optionalParts() {
        #expect(reasons(#"{"qid": 1, "query": "a", "vid": "v", "duration": 10}"#).isEmpty)
        #expect(reasons(line(#""relevant_windows": null"#)).isEmpty)
        #expect(reasons(line(#""relevant_clip_ids": [0, 4]"#)).isEmpty)
        #expect(reasons(line(#""relevant_clip_ids": [0, 4], "saliency_scores": [0.5, 7]"#)).isEmpty)
    }

    @Test("every missing key is named")
    func missingKeys() {
        #expect(reasons("{}") == ["qid", "query", "vid", "duration"].map { .missingKey($0) })
        #expect(reasons(line(""), format: .tvsum) != [])
    }

    @Test("a repeated key is named")
    func repeatedKey() {
        #expect(reasons(#"{"qid": 1, "qid": 2, "query": "a", "vid": "v", "duration": 10}"#) == [.repeatedKey("qid")])
    }

    @Test(
        "a wrong type is reported with its column",
        arguments: [
            (#"{"qid": 1.5}"#, 9), (#"{"qid": true}"#, 9), (#"{"qid": null}"#, 9), (#"{"query": 3}"#, 11),
            (#"{"vid": []}"#, 9), (#"{"duration": "10"}"#, 14), (#"{"relevant_windows": [[1]]}"#, 26),
            (#"{"relevant_windows": [[1, 2, 3]]}"#, 30), (#"{"relevant_windows": [1, 2]}"#, 23),
            (#"{"relevant_clip_ids": [1.5]}"#, 24), (#"{"saliency_scores": [["a"]]}"#, 23), (#"[1]"#, 1),
            (#"{"qid": 1"#, 10),
        ])
    func wrongType(text: String, column: Int) throws {
        guard case .malformed(let reason, let found)? = reasons(text).first else {
            Issue.record("\(text) was accepted")
            return
        }
        #expect(found == column, "\(reason)")
    }

    @Test("windows must lie in the video and last some time")
    func windows() {
        #expect(reasons(line(#""relevant_windows": []"#)) == [.noWindows])
        #expect(
            reasons(line(#""relevant_windows": [[6, 2], [3, 3]]"#)) == [
                .emptyWindow(index: 0, Window(start: 6, end: 2)), .emptyWindow(index: 1, Window(start: 3, end: 3)),
            ])
        for window in ["[-1, 2]", "[8, 11]", "[NaN, 2]", "[1, NaN]", "[0, Infinity]", "[-Infinity, 1]"] {
            guard
                case .windowOutsideVideo(index: 0, _, duration: 10)? = reasons(
                    line("\"relevant_windows\": [\(window)]")
                ).first
            else {
                Issue.record("\(window) was accepted")
                continue
            }
        }
        #expect(reasons(line(#""relevant_windows": [[0, 10]]"#)).isEmpty)
    }

    @Test("the duration is a positive number", arguments: ["0", "-3", "NaN", "Infinity", "1e300"])
    func duration(text: String) throws {
        let found = reasons("{\"qid\": 1, \"query\": \"a\", \"vid\": \"v\", \"duration\": \(text)}")
        guard case .badDuration? = found.first, found.count == 1 else {
            Issue.record("\(text) gave \(found)")
            return
        }
    }

    @Test("texts must say something")
    func emptyTexts() {
        let found = reasons(#"{"qid": "", "query": " \t", "vid": "", "duration": 10}"#)
        #expect(found == [.emptyText(key: "qid"), .emptyText(key: "query"), .emptyText(key: "vid")])
    }

    @Test("names do not lead out of a folder of features", arguments: ["../a", "/a", "a/../../b", "..", #"a\u0000b"#])
    func outside(name: String) {
        let found = reasons("{\"qid\": \"\(name)\", \"query\": \"a\", \"vid\": \"\(name)\", \"duration\": 10}")
        let text = name.replacing(#"\u0000"#, with: "\0")
        #expect(found == [.leadsOutside(key: "qid", text), .leadsOutside(key: "vid", text)])
        #expect(reasons(#"{"qid": "a..b", "query": "a", "vid": "part/..v", "duration": 10}"#).isEmpty)
    }

    @Test("clips must be in the video, and there once")
    func clips() {
        #expect(
            reasons(line(#""relevant_clip_ids": [-1, 0, 5, 0]"#)) == [
                .clipOutsideVideo(clip: -1, clipCount: 5), .clipOutsideVideo(clip: 5, clipCount: 5), .repeatedClip(0),
            ])
    }

    @Test("saliency has one row per clip and one column per annotator")
    func saliency() {
        #expect(
            reasons(line(#""saliency_scores": [[1, 2, 3]]"#)) == [
                .incomplete(present: "saliency_scores", missing: "relevant_clip_ids")
            ])
        #expect(
            reasons(line(#""relevant_clip_ids": [1, 2], "saliency_scores": [[1, 2, 3]]"#)) == [
                .scoreCount(key: "saliency_scores", rows: 1, expected: 2)
            ])
        #expect(
            reasons(line(#""relevant_clip_ids": [1, 2], "saliency_scores": [[1, 2, 3], [1, 2]]"#)).contains(
                .annotatorCount(key: "saliency_scores", row: 1, found: 2, expected: 3)))
        #expect(
            reasons(line(#""relevant_clip_ids": [1], "saliency_scores": [[1, 2, 5]]"#), format: .qvhighlights) == [
                .badScore(key: "saliency_scores", row: 0, 5)
            ])
        #expect(
            reasons(line(#""relevant_clip_ids": [1], "saliency_scores": [[1, 2]]"#), format: .qvhighlights) == [
                .annotatorCount(key: "saliency_scores", row: 0, found: 2, expected: 3)
            ])
        #expect(
            reasons(line(#""relevant_clip_ids": [1]"#), format: .qvhighlights) == [
                .incomplete(present: "relevant_clip_ids", missing: "saliency_scores")
            ])
    }

    @Test("all that is wrong with a line is reported")
    func several() {
        let text = #"{"qid": 1, "query": "", "vid": "v", "duration": 10, "relevant_windows": [[3, 1], [0, 20]]}"#
        #expect(reasons(text).count == 3)
    }
}
