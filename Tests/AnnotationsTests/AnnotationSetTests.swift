import Foundation
import Testing

@testable import Annotations

@Suite("Files of annotations") struct AnnotationSetTests {
    private static func line(_ qid: String, windows: String = "[[2, 6]]") -> String {
        "{\"qid\": \(qid), \"query\": \"a\", \"vid\": \"v\", \"duration\": 10, \"relevant_windows\": \(windows)}"
    }

    @Test(
        "byte-order mark, CRLF, blank lines and a missing last line end are no problem",
        arguments: [
            ("\u{FEFF}A\nB", [1, 2]), ("A\r\nB\r\n", [1, 2]), ("\r\n\nA\n  \n\t\r\nB\n\n", [3, 6]), ("A\nB", [1, 2]),
        ])
    func lineEnds(template: String, lines: [Int]) throws {
        let text = template.replacing("A", with: Self.line("1")).replacing("B", with: Self.line("2"))
        let set = try TemporaryFile(text).annotations()
        #expect(set.map(\.qid) == [1, 2])
        #expect(set.lines == lines)
    }

    @Test("strict reading lists every wrong line with its number")
    func strict() throws {
        let text = [
            Self.line("1"), "{\"qid\": 2", Self.line("1"), "", Self.line("3", windows: "[[6, 2]]"), Self.line("\"1\""),
        ].joined(separator: "\n")
        let file = try TemporaryFile(text, name: "mine.jsonl")
        let error = #expect(throws: AnnotationFileError.self) { try file.annotations() }
        guard case .problems(let path, let problems)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == file.url.path)
        #expect(problems.map(\.line) == [2, 3, 5])
        #expect(problems[1].reason == .duplicateQueryID(1, firstLine: 1))
        #expect(problems[2].description == "mine.jsonl:5: window 1 [6.0, 2.0] ends before it starts")
        #expect(error?.description.contains("mine.jsonl:3: qid 1 is already on line 1") == true)
    }

    @Test("lenient reading keeps the good lines and lists the rest")
    func keepGood() throws {
        let text = "oops\n" + [Self.line("1"), Self.line("2", windows: "[]"), Self.line("3")].joined(separator: "\n")
        let set = try TemporaryFile(text).annotations(AnnotationOptions(policy: .keepGood))
        #expect(set.map(\.qid) == [1, 3])
        #expect(set.lines == [2, 4])
        #expect(set.problems.map(\.line) == [1, 3])
    }

    @Test("a long list of problems is cut in print, not in the error")
    func longList() throws {
        let text = Self.line("1") + "\n" + String(repeating: "{}\n", count: 100)
        let error = #expect(throws: AnnotationFileError.self) {
            try TemporaryFile(text).annotations()
        }
        guard case .problems(_, let problems)? = error else { return }
        #expect(problems.count == 400)
        #expect(error?.description.split(separator: "\n").count == 22)
        #expect(error?.description.hasSuffix("… and 380 more") == true)
    }

    @Test("text that is not UTF-8 is reported on its line")
    func notUTF8() throws {
        var bytes = Array((Self.line("1") + "\n" + Self.line("2")).utf8)
        bytes[bytes.count - Self.line("2").utf8.count + 21] = 0xFF
        let error = #expect(throws: AnnotationFileError.self) {
            try TemporaryFile(bytes).annotations()
        }
        #expect(error?.description.contains("file.jsonl:2: column 22: the text is not UTF-8") == true)
    }

    @Test("numbers of lines are right when the file is read in parts")
    func manyLines() throws {
        let lines = (0..<8000).map { $0 % 1000 == 999 ? "{}" : Self.line("\($0)") }
        let text = "\n" + lines.joined(separator: "\n\n")
        #expect(text.utf8.count > 1 << 19)
        let set = try TemporaryFile(text).annotations(AnnotationOptions(policy: .keepGood))
        #expect(set.map(\.qid) == (0..<8000).filter { $0 % 1000 != 999 }.map { .number($0) })
        #expect(zip(set, set.lines).allSatisfy { $0.qid == .number(($1 - 2) / 2) })
        #expect(set.problems.count == 32)
        #expect(Set(set.problems.map(\.line)) == Set((0..<8).map { $0 * 2000 + 2000 }))
    }

    @Test("files that are missing, empty, folders or of another kind give errors of their own")
    func badFiles() throws {
        let folder = FileManager.default.temporaryDirectory
        #expect(throws: AnnotationFileError.notFound(path: "/nowhere/a.jsonl")) {
            try AnnotationSet(contentsOf: URL(fileURLWithPath: "/nowhere/a.jsonl"))
        }
        let unreadable = #expect(throws: AnnotationFileError.self) { try AnnotationSet(contentsOf: folder) }
        #expect(unreadable?.description.contains("it is a folder") == true)
        for text in ["", "\n \n"] {
            let file = try TemporaryFile(text)
            #expect(throws: AnnotationFileError.empty(path: file.url.path)) {
                try file.annotations()
            }
        }
        for text in ["hello\nworld", "[1, 2]", "{\"a\": 1}", "\u{0}\u{1}\u{2}"] {
            let file = try TemporaryFile(text)
            #expect(throws: AnnotationFileError.unknownFormat(path: file.url.path)) {
                try file.annotations()
            }
        }
    }

    @Test("written annotations read back the same")
    func roundTrip() throws {
        let annotations = [
            Annotation(
                qid: 1, query: "“quoted” \\ \n é 😀", vid: "-v", duration: 150,
                relevantWindows: [Window(start: 0, end: 2), Window(start: 4.5, end: 150)], relevantClipIDs: [0, 2],
                saliencyScores: AnnotatorScores(annotators: 3, values: [0, 1, 2, 3, 4, 4])),
            Annotation(qid: "x_1", query: "b", vid: "w", duration: 1.0 / 3),
            Annotation(
                qid: "y", query: "c", vid: "y", duration: 4, labels: AnnotatorScores(annotators: 1, values: [0.5, 1]),
                domain: "dog"),
        ]
        let file = try TemporaryFile("")
        try annotations.write(to: file.url)
        let read = try file.annotations(AnnotationOptions(format: .jsonLines))
        #expect(read.annotations == annotations)
        #expect(
            annotations[0].json.hasSuffix(
                #""relevant_clip_ids": [0, 2], "saliency_scores": [[0, 1, 2], [3, 4, 4]], "#
                    + #""relevant_windows": [[0, 2], [4.5, 150]]}"#))
    }
}
