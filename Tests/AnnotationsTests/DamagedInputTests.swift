import Testing

@testable import Annotations

/// Whatever bytes a file holds, reading it ends with values or with problems.
@Suite("Damaged input") struct DamagedInputTests {
    private static let line =
        #"{"qid": "x_1", "query": "caf\u00e9 é", "duration": 9.5e0, "vid": "v", "relevant_clip_ids": [1, 2], "#
        + #""saliency_scores": [[4, 3, 2], [1, 0, 0]], "relevant_windows": [[2, 6.25]], "label": [[1], [0]], "x": {"a": null}}"#
    private static let prediction =
        #"{"qid": 7, "query": "a", "vid": "v", "pred_relevant_windows": [[0.0, 12.5, 1e-4]], "pred_saliency_scores": [-1, NaN]}"#
    private static let tacos =
        #"{"s1.avi": {"timestamps": [[0, 50], [90, 120]], "fps": 10.0, "num_frames": 100, "sentences": ["a", "b"]}}"#

    /// Texts with a few bytes changed, dropped or doubled.
    private func damaged(_ text: String, count: Int) -> [[UInt8]] {
        let telling = Array("\"\\{}[],:0129.-+eENnulItrf \n\u{0}\u{7F}#".utf8) + [0xC3, 0xFF]
        return (0..<count).map { _ in
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...4) where !bytes.isEmpty {
                let place = bytes.indices.randomElement() ?? 0
                switch Int.random(in: 0..<4) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(bytes[place], at: place)
                case 2: bytes.removeSubrange(place...)
                default: bytes[place] = telling.randomElement() ?? 0
                }
            }
            return bytes
        }
    }

    @Test("lines of annotations", arguments: AnnotationFormat.allCases.filter(\.isJSONLines))
    func annotations(format: AnnotationFormat) {
        var good = 0
        for bytes in damaged(Self.line, count: 1000) {
            bytes.withUnsafeBufferPointer { bytes in
                _ = AnnotationFormat.detect(bytes)
                switch AnnotationLine.parse(bytes, format: format, clipLength: 2) {
                case .value: good += 1
                case .problems(let reasons): #expect(!reasons.isEmpty && !reasons.map(\.description).contains(""))
                }
            }
        }
        #expect(good < 1000)
    }

    @Test("lines of predictions")
    func predictions() {
        for bytes in damaged(Self.prediction, count: 2000) {
            bytes.withUnsafeBufferPointer { bytes in
                if case .problems(let reasons) = PredictionLine.parse(bytes) { #expect(!reasons.isEmpty) }
            }
        }
    }

    @Test("the text form of Charades-STA")
    func charades() {
        let durations = DurationTable(seconds: ["AAAAA": 30])
        for bytes in damaged("AAAAA 20.8 31.0##a person stands.", count: 2000) {
            bytes.withUnsafeBufferPointer { bytes in
                switch CharadesText.parse(bytes, durations: durations) {
                case .value(let entry): #expect(entry.window.end <= 30 && entry.window.start < entry.window.end)
                case .problems(let reasons): #expect(!reasons.isEmpty)
                }
            }
        }
    }

    @Test("the JSON of TACoS")
    func tacos() {
        for bytes in damaged(Self.tacos, count: 2000) {
            let entries = bytes.withUnsafeBufferPointer { TACoSFile($0).entries }
            for case .value(let annotation) in entries.map(\.content) {
                #expect(annotation.relevantWindows?.allSatisfy { $0.end <= annotation.duration } == true)
            }
        }
    }
}
