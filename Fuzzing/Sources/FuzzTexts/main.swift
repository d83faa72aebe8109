import Foundation
import Fuzzing
import HTTPTypes

@testable import MomentsServer
@testable import Training

private func utf8(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

private let targets = [
    FuzzTarget("configuration") {
        utf8(
            """
            name: mine
            model: { cdnet: { hiddenSize: 32, localizerLayers: 1 } }
            data: { train: a.jsonl, video: [f], text: w, clipLength: 2 }
            optimisation: { epochs: 2, learningRate: 1e-3, schedule: cosine }
            output: { directory: run }

            """, "model: &m { umt: {} }\ndata: { train: a, <<: *m }\n")
    } read: { bytes in
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        let document = try ConfigurationDocument(text, source: "input")
        let configuration = try ConfigurationDecoder.decode(TrainingConfiguration.self, from: document)
        _ = try configuration.yaml
    },
    FuzzTarget("find-body") {
        utf8(
            """
            {"video": "\(String(repeating: "a", count: 64))", "sentences": ["A man."], "threshold": 0.5, "limit": 3}
            """)
    } read: {
        _ = try JSONDecoder().decode(FindRequest.self, from: Data($0))
    },
    FuzzTarget("search-body") {
        utf8(#"{"sentence": "A man.", "groupBy": "video", "filters": {"path": "x", "longerThan": 3}, "model": null}"#)
    } read: {
        _ = try JSONDecoder().decode(SearchRequest.self, from: Data($0))
    },
    FuzzTarget("range") {
        utf8("bytes=0-99", "bytes=-5", "bytes=10-")
    } read: { bytes in
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        for size in [0, 1, 100, Int64.max] {
            if case .part(let range) = ByteRange(text, size: size) {
                precondition(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= size, "\(range) of \(size)")
            }
        }
    },
    FuzzTarget("query") {
        utf8("start=10&end=2e1&mode=copy&name=a%20b.mp4&limit=3")
    } read: { bytes in
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        let values = try QueryValues(text)
        _ = try values.number("start", in: 0...1e6)
        _ = try values.integer("limit", in: 1...100)
        _ = try values.text("name", longest: 255)
        _ = try values.flag("flag")
    },
]

exit(try fuzz(targets))
