import Foundation
import Hashing
import Testing

@Suite("Hashes of contents")
struct ContentHashTests {
    @Test("the hash is SHA-256's, for a text and for a file of several pieces")
    func values() throws {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(ContentHash.sha256(of: "") == empty)
        #expect(ContentHash.sha256(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: url) }
        let text = String(repeating: "0123456789abcdef", count: 1 << 19)
        try Data(text.utf8).write(to: url)
        #expect(try ContentHash.sha256(of: url) == ContentHash.sha256(of: text))
    }

    @Test("pieces give the hash of the whole")
    func pieces() {
        let hash = ContentHash.sha256 { add in
            for piece in ["a", "", "bc"] { Array(piece.utf8).withUnsafeBytes { add($0) } }
        }
        #expect(hash == ContentHash.sha256(of: "abc"))
    }

    @Test("a file that is not there is named")
    func missing() {
        let error = #expect(throws: ContentHash.Unreadable.self) {
            try ContentHash.sha256(of: URL(fileURLWithPath: "/nowhere/at/all"))
        }
        #expect(error?.file == "/nowhere/at/all")
    }
}
