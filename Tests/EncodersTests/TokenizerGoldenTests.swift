import Foundation
import TestSupport
import Testing

@testable import Encoders

@Suite("CLIP's tokenizer against its reference (Golden)")
struct TokenizerGoldenTests {
    private struct Cases: Decodable {
        struct Case: Decodable {
            let category, text: String
            let ids, whole, cut: [Int]

            enum CodingKeys: String, CodingKey {
                case category, text, ids
                case whole = "openai_77"
                case cut = "moment_detr_32"
            }
        }
        let cases: [Case]
    }

    /// OpenAI's vocabulary, which is not part of the material: `MOMENTS_CLIP_VOCABULARY` names it, or it lies beside the cases.
    static func vocabulary(_ golden: GoldenCase) -> URL? {
        let named = ProcessInfo.processInfo.environment["MOMENTS_CLIP_VOCABULARY"].map { URL(fileURLWithPath: $0) }
        let beside = BytePairTokenizer.fileNames.map(golden.folder.appendingPathComponent)
        return ([named].compactMap { $0 } + beside).first { FileManager.default.fileExists(atPath: $0.path) }
    }

    private static let cases = GoldenCase.all("clip_tokenizer").filter { vocabulary($0) != nil }

    @Test(
        "every text has the reference's tokens",
        .enabled(if: !cases.isEmpty, "MOMENTS_CLIP_VOCABULARY names no vocabulary"), arguments: cases)
    func tokens(_ golden: GoldenCase) throws {
        let tokenizer = try BytePairTokenizer(contentsOf: try #require(Self.vocabulary(golden)))
        #expect(tokenizer.count == 49408)
        // Plain JSON: the texts hold control characters, which the lenient reader of numbers refuses.
        let file = try Data(contentsOf: golden.folder.appendingPathComponent("cases.json"))
        for item in try JSONDecoder().decode(Cases.self, from: file).cases {
            #expect(tokenizer.encode(item.text) == item.ids, "\(item.category): \(item.text.debugDescription)")
            #expect(tokenizer.tokens(item.text, limit: 77) == item.whole, "\(item.text.debugDescription)")
            #expect(tokenizer.tokens(item.text, limit: 32) == item.cut, "\(item.text.debugDescription)")
        }
    }
}
