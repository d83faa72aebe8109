import Foundation
import Testing

@testable import WholeFiles

@Suite final class `A file in the making` {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-\(UUID().uuidString)")
    private var file: URL { folder.appendingPathComponent("a.txt") }
    private var draft: URL { folder.appendingPathComponent(".a.txt.tmp") }

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? [] }
    private var text: String? { try? String(contentsOf: file, encoding: .utf8) }

    @Test func `has its name only when it is whole`() throws {
        try Data("old".utf8).writeWhole(to: file)
        let made = try FileDraft(of: file)
        try Array("new".utf8).withUnsafeBytes { try made.append($0) }
        #expect(text == "old" && names == [".a.txt.tmp", "a.txt"])
        try made.place()
        #expect(text == "new" && names == ["a.txt"])
    }

    @Test func `vanishes where it is given up`() throws {
        do { _ = try FileDraft(of: file) }
        #expect(names.isEmpty)
    }

    @Test func `takes the place of what a killed process left`() throws {
        try Data("half of something".utf8).write(to: draft)
        try Data("new".utf8).writeWhole(to: file)
        #expect(text == "new" && names == ["a.txt"])
    }

    @Test func `does not write through a link that lies in its way`() throws {
        let other = folder.appendingPathComponent("other.txt")
        try Data("other".utf8).write(to: other)
        try FileManager.default.createSymbolicLink(at: draft, withDestinationURL: other)
        #expect(throws: UnwritableFile.self) { try Data("new".utf8).writeWhole(to: self.file) }
        #expect(try String(contentsOf: other, encoding: .utf8) == "other")
    }

    @Test func `is one of several writers' at a time`() throws {
        let texts = (0..<8).map { String(repeating: "\($0)", count: 100_000) }
        let file = file
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            try? Data(texts[index % 8].utf8).writeWhole(to: file)
        }
        #expect(texts.contains(try #require(text)) && names == ["a.txt"])
    }

    @Test func `is not placed where somebody has taken its draft away`() throws {
        try Data("old".utf8).writeWhole(to: file)
        let made = try FileDraft(of: file)
        try FileManager.default.removeItem(at: draft)
        try Data("another's".utf8).write(to: draft)
        #expect(throws: UnwritableFile.self) { try made.place() }
        #expect(text == "old")
    }

    @Test func `says why it cannot be written`() {
        let error = #expect(throws: UnwritableFile.self) {
            try Data().writeWhole(to: folder.appendingPathComponent("nowhere/a.txt"))
        }
        #expect(error?.reason == "No such file or directory")
        #expect(error?.description.hasSuffix("nowhere/a.txt cannot be written: No such file or directory") == true)
    }
}
