import Foundation
import Testing

@testable import Annotations

@Suite("Formats of annotations") struct FormatTests {
    private func format(of text: String) -> AnnotationFormat? {
        Array(text.utf8).withUnsafeBufferPointer { AnnotationFormat.detect($0) }
    }

    @Test("the format shows in the first good line")
    func detection() {
        let base = #"{"qid": 1, "query": "a", "vid": "v", "duration": 2"#
        #expect(format(of: base + "}") == .jsonLines)
        #expect(format(of: base + #", "relevant_clip_ids": [0], "saliency_scores": [[1, 2, 3]]}"#) == .qvhighlights)
        #expect(format(of: base + #", "relevant_clip_ids": [0], "saliency_scores": [[1, 2]]}"#) == .jsonLines)
        #expect(format(of: base + #", "label": [[1.0], [2.0]]}"#) == .tvsum)
        #expect(format(of: base + #", "label": [[1.0]]}"#) == .jsonLines)
        #expect(format(of: base + #", "label": [[1], [0]], "clip": [[0, 100], [50, 150]]}"#) == .youtubeHighlights)
        #expect(format(of: "broken {\n" + base + "}") == .jsonLines)
        #expect(format(of: "AO8RW 0.0 6.9##a person.") == .charadesText)
        #expect(format(of: #"{"v.avi": {"timestamps": [], "sentences": []}}"#) == .tacosJSON)
        #expect(format(of: "{\n \"v.avi\": {\n \"timestamps\": [],\n \"sentences\": []}}") == .tacosJSON)
        #expect(format(of: "nothing") == nil)
    }

    @Test("Charades-STA text is joined with its durations, ends are cut, inverted lines are reported")
    func charadesText() throws {
        let durations = try TemporaryFile(
            "id,note,length\nAAAAA,\"one, \"\"two\"\"\nthree\",30.5\r\nBBBBB,,20\nCCCCC,,unknown\n", name: "lengths.csv"
        )
        let text = """
            AAAAA 0.0 6.9##a person sits.
            AAAAA 20.8 31.0##a person # ## stands.
            BBBBB 12.0 8.0##inverted.
            CCCCC 1.0 2.0##no length.
            BBBBB 20.0 21.0##starts at the end.
            BBBBB 1.0 2.0
            BBBBB 1.0##two fields
            BBBBB one 2.0##no number
            BBBBB 1.0 2.0##
            BBBBB 1.0 20.0##good
            """
        let file = try TemporaryFile(text, name: "train.txt")
        #expect(throws: AnnotationFileError.durationsMissing(path: file.url.path)) {
            try file.annotations()
        }
        let options = AnnotationOptions(durations: durations.url, firstQueryID: 5, policy: .keepGood)
        let set = try file.annotations(options)
        #expect(set.map(\.qid) == [5, 6, 7])
        #expect(set.lines == [1, 2, 10])
        #expect(set[1].query == "a person # ## stands.")
        #expect(set[1].relevantWindows == [Window(start: 20.8, end: 30.5)])
        #expect(set[2].duration == 20)
        #expect(set.clippedWindows == 1)
        #expect(set.problems.map(\.line) == [3, 4, 5, 6, 7, 8, 9])
        #expect(set.problems[0].reason == .emptyWindow(index: 0, Window(start: 12, end: 8)))
        #expect(set.problems[1].reason == .unknownVideo("CCCCC"))
        var strict = options
        strict.policy = .strict
        #expect(throws: AnnotationFileError.self) { try AnnotationSet(contentsOf: file.url, options: strict) }
    }

    @Test("a table of durations without its columns is refused")
    func durationColumns() throws {
        let file = try TemporaryFile("AAAAA 0.0 6.9##a")
        for (header, column) in [("vid,length", "id"), ("id,seconds", "length")] {
            let table = try TemporaryFile(header + "\nAAAAA,3\n", name: "lengths.csv")
            #expect(throws: AnnotationFileError.durationsColumnMissing(path: table.url.path, column: column)) {
                try file.annotations(AnnotationOptions(durations: table.url))
            }
        }
    }

    @Test("TACoS frames become seconds, pair by pair")
    func tacos() throws {
        let text = """
            {"s1.avi": {"timestamps": [[0, 50], [90, 120], [60, 30], [10, 20]], "fps": 10.0, "num_frames": 100,
                "sentences": ["a", " b ", "c", ""]},
             "s2.avi": {"timestamps": [[0, 5]], "sentences": [], "fps": 10.0, "num_frames": 100},
             "s3.avi": {"timestamps": [[0, 5]], "sentences": ["d"], "fps": 0, "num_frames": 100},
             "s4.avi": {"timestamps": [[0, 5]], "sentences": ["e"], "fps": 2, "num_frames": 20}}
            """
        let set = try TemporaryFile(text).annotations(AnnotationOptions(policy: .keepGood))
        #expect(set.format == .tacosJSON)
        #expect(set.map(\.qid) == ["s1_0", "s1_1", "s4_0"])
        #expect(set[0].relevantWindows == [Window(start: 0, end: 5)])
        #expect(set[1].relevantWindows == [Window(start: 9, end: 10)])
        #expect(set[1].query == " b ")
        #expect(set[1].duration == 10)
        #expect(set.clippedWindows == 1)
        #expect(set.problems.map(\.line) == [1, 1, 3, 4])
        #expect(set.problems[0].description.contains("s1.avi, pair 3: window 1 [6.0, 3.0] ends before it starts"))
    }

    @Test("a TACoS file that breaks off is reported where it does")
    func brokenTACoS() throws {
        let text =
            "{\"s1.avi\": {\"timestamps\": [[0, 5]], \"sentences\": [\"a\"], \"fps\": 1, \"num_frames\": 9},\n\"s2"
        let error = #expect(throws: AnnotationFileError.self) {
            try TemporaryFile(text).annotations(AnnotationOptions(format: .tacosJSON))
        }
        #expect(error?.description.contains("file.jsonl:2: column 1: the string does not end") == true)
    }

    @Test("TVSum counts shots where others count seconds")
    func tvsum() throws {
        let text =
            #"{"qid": "v", "query": "t", "vid": "v", "duration": 2, "label": [[1.0, 5.0], [2.0, 3.0]], "domain": "BK"}"#
        let set = try TemporaryFile(text).annotations()
        #expect(set.format == .tvsum)
        #expect(set[0].duration == 4)
        #expect(set[0].labels?.count == 2)
        #expect(set[0].domain == "BK")
    }
}
