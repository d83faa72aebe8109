import Annotations
import Foundation
import Testing

@Suite("ActivityNet Captions and subtitles")
struct CaptionsTests {
    @Test("ActivityNet Captions: pair by pair, ends cut, pairs without length or words passed over")
    func captions() throws {
        let text = """
            {"v_a-b": {"duration": 82.73, "timestamps": [[0.83, 19.86], [60, 90.5], [30, 20], [5, 5], [1, 2]],
              "sentences": ["A man. ", "  He goes on.", "backwards", "nothing", " "]},
             "v_c": {"duration": 10, "timestamps": [[0, 5]], "sentences": ["One.", "Two."]},
             "v_d": {"duration": 0, "timestamps": [], "sentences": []},
             "v_e": {"timestamps": [[0, 5]], "duration": 10.5, "sentences": ["Three."]}}
            """
        let set = try TemporaryFile(text).annotations(AnnotationOptions(policy: .keepGood))
        #expect(set.format == .activityNetJSON)
        #expect(set.map(\.qid) == ["v_a-b_0", "v_a-b_1", "v_e_0"])
        #expect(set.map(\.query) == ["A man.", "He goes on.", "Three."])
        #expect(set[0].relevantWindows == [Window(start: 0.83, end: 19.86)])
        #expect(set[1].relevantWindows == [Window(start: 60, end: 82.73)])
        #expect(set.clippedWindows == 1 && set.passedOver == 3)
        #expect(set.lines == [1, 1, 5])
        #expect(set.problems.map(\.line) == [3, 4])
        #expect(set.problems[0].description.contains("v_c: “sentences” has 2 rows for 1 clips"))
    }

    @Test("a file on one line, as published, is told from TACoS")
    func detection() throws {
        let text = #"{"v_x": {"duration": 9.5, "timestamps": [[0, 5]], "sentences": ["A."]}}"#
        #expect(try TemporaryFile(text).annotations().format == .activityNetJSON)
    }

    @Test("a file that breaks off is reported where it does")
    func broken() throws {
        let text = "{\"v_a\": {\"duration\": 9, \"timestamps\": [[0, 5]], \"sentences\": [\"a\"]},\n\"v_b"
        let error = #expect(throws: AnnotationFileError.self) {
            try TemporaryFile(text).annotations(AnnotationOptions(format: .activityNetJSON))
        }
        #expect(error?.description.contains("file.jsonl:2: column 1: the string does not end") == true)
    }

    @Test("subtitles: windows cut to the video, silence and what lies outside passed over, no saliency")
    func subtitles() throws {
        let lines = [
            #"{"qid": 1, "query": "so here we are", "vid": "a", "duration": 150, "relevant_windows": [[3.2, 7.9]]}"#,
            #"{"qid": 2, "query": "and on", "vid": "a", "duration": 150, "relevant_windows": [[148.5, 153.1]], "relevant_clip_ids": [74, 75, 76]}"#,
            #"{"qid": 3, "query": "gone", "vid": "a", "duration": 150, "relevant_windows": [[151, 153]]}"#,
            #"{"qid": 4, "query": " ", "vid": "a", "duration": 150, "relevant_windows": [[1, 3]]}"#,
            #"{"qid": 5, "query": "no window", "vid": "a", "duration": 150}"#,
            #"{"qid": 1, "query": "again", "vid": "a", "duration": 150, "relevant_windows": [[1, 3]]}"#,
        ]
        let file = try TemporaryFile(lines.joined(separator: "\n"))
        let set = try file.annotations(AnnotationOptions(format: .subtitles, policy: .keepGood))
        #expect(set.format == .subtitles)
        #expect(set.map(\.qid) == [1, 2])
        #expect(set[1].relevantWindows == [Window(start: 148.5, end: 150)])
        #expect(set[1].relevantClipIDs == nil)
        #expect(set.clippedWindows == 1 && set.passedOver == 2)
        #expect(set.problems.map(\.line) == [5, 6])
        #expect(set.problems[0].reason == .missingKey("relevant_windows"))
    }
}
