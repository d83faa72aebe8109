import Foundation
import Testing

@testable import Encoders

/// A vocabulary of a few merges, in the form of OpenAI's file.
enum SmallVocabulary {
    static let merges = [("t", "h"), ("th", "e</w>"), ("d", "o"), ("do", "g</w>"), ("r", "u"), ("ru", "n</w>")]
    static let text = "#version: 0.2\n" + merges.map { "\($0.0) \($0.1)\n" }.joined()

    /// Tokens: 512 for the bytes, one a merge, start and end.
    static let count = 512 + merges.count + 2
}

@Suite("CLIP's tokenizer")
struct TokenizerTests {
    private let tokenizer = try! BytePairTokenizer(merges: SmallVocabulary.merges)

    @Test("words are built from their bytes by the vocabulary's merges, the earliest first")
    func merges() {
        // ! is the first byte, so a is the 65th; a word's last byte is another token than the byte inside a word.
        #expect(tokenizer.encode("a") == [256 + 64])
        #expect(tokenizer.encode("the dog") == [513, 515])
        #expect(tokenizer.encode("THE  Dog!") == [513, 515, 256])
        #expect(tokenizer.encode("dot") == [514, 256 + 83])
        #expect(tokenizer.encode("th") == [83, 256 + 71])
        #expect(tokenizer.count == SmallVocabulary.count)
    }

    @Test("a text begins and ends with its marks, and a longer one is cut before the end")
    func limits() {
        #expect(tokenizer.tokens("the dog", limit: 77) == [518, 513, 515, 519])
        #expect(tokenizer.tokens("the dog", limit: 3) == [518, 513, 519])
        #expect(tokenizer.tokens("", limit: 77) == [518, 519])
    }

    @Test("words, contractions, digits and marks stand for themselves")
    func pieces() {
        func texts(_ text: String) -> [String] {
            WordSplitter.pieces(of: text).map {
                if case .word(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { "\($0)" }
            }
        }
        #expect(texts("don't stop") == ["don", "'t", "stop"])
        #expect(texts("a1b22") == ["a", "1", "b", "2", "2"])
        #expect(texts("what?! 'n'") == ["what", "?!", "'", "n", "'"])
        #expect(texts("x <|endoftext|>y") == ["x", "end", "y"])
        #expect(texts("caf\u{E9} \u{1F355}\u{1F355}") == ["caf\u{E9}", "\u{1F355}\u{1F355}"])
    }

    @Test(
        "faults of encoding and typesetting are mended before",
        arguments: [
            ("\u{C3}\u{A9}t\u{C3}\u{A9}", "été"), ("it\u{E2}\u{20AC}\u{2122}s", "it's"), ("\u{201C}a\u{201D}", "\"a\""),
            ("\u{FF28}\u{FF49}", "hi"), ("\u{FB01}ne", "fine"), ("a\u{0}b\u{FEFF}", "ab"), ("cafe\u{301}", "caf\u{E9}"),
            ("Tom &amp;amp; Jerry", "tom & jerry"), ("&#x27;s &#39; &eacute;&copy 1", "'s ' é© 1"),
            ("&notanentity; R&D", "¬anentity; r&d"), ("ΟΔΟΣ Σ", "οδος σ"), (" \t a \r\n b\u{A0}c ", "a b c"),
            ("\u{1B}[31mred\u{1B}[0m", "red"), ("é", "é"), ("日本 Ã", "日本 ã"),
        ])
    func cleaning(_ text: String, _ wanted: String) {
        #expect(Array(TextCleaning.cleaned(text).unicodeScalars) == Array(wanted.unicodeScalars))
    }

    @Test("the three kinds of vocabulary files give the same tokens, and no other file is taken for one")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ text: String) throws -> URL {
            let url = folder.appendingPathComponent(name)
            try Data(text.utf8).write(to: url)
            return url
        }
        let lines = SmallVocabulary.merges.map { "\"\($0.0) \($0.1)\"" }.joined(separator: ",")
        let pairs = SmallVocabulary.merges.map { "[\"\($0.0)\",\"\($0.1)\"]" }.joined(separator: ",")
        for url in [
            try write("merges.txt", SmallVocabulary.text),
            try write("a.json", "{\"model\": {\"merges\": [\(lines)]}}"),
            try write("b.json", "{\"model\": {\"merges\": [\(pairs)]}}"),
        ] {
            let read = try BytePairTokenizer(contentsOf: url)
            #expect(read.count == tokenizer.count)
            #expect(read.encode("the running dog") == tokenizer.encode("the running dog"))
        }
        for url in [
            try write("x.txt", "hello\nworld"), try write("y.json", "{}"), try write("z.txt", "#version\na b c\n"),
        ] {
            #expect(throws: VocabularyError.unknownKind(file: url.path)) { try BytePairTokenizer(contentsOf: url) }
        }
        let wrong = try write("wrong.txt", "#version\na b\nab cd\n")
        #expect(throws: VocabularyError.unknownSymbols(merge: 2, first: "ab", second: "cd")) {
            try BytePairTokenizer(contentsOf: wrong)
        }
        let cut = folder.appendingPathComponent("cut.gz")
        try Data([0x1F, 0x8B, 8, 0, 0, 0]).write(to: cut)
        #expect(throws: VocabularyError.self) { try BytePairTokenizer(contentsOf: cut) }
    }
}
