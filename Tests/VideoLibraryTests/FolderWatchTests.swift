import Foundation
import Testing

@testable import VideoLibrary

@Suite("Watching folders")
struct FolderWatchTests {
    @Test("tells of files in folders that are there, and in those that come")
    func events() throws {
        let fixture = try LibraryFixture()
        let watch = FolderWatch([fixture.videos.path])
        #expect(watch.blindSpot == nil)
        #expect(!watch.wait(seconds: 0))
        try fixture.write("dog", to: "a.mp4")
        #expect(watch.wait(seconds: 5))
        try fixture.write("dog", to: "deep/deeper/b.mp4")
        #expect(watch.wait(seconds: 5))
        watch.refresh()
        _ = watch.wait(seconds: 0)
        try FileManager.default.removeItem(at: fixture.videos.appendingPathComponent("deep/deeper/b.mp4"))
        #expect(watch.wait(seconds: 5))
    }

    @Test("a file that somebody has open for writing is left out, and does not count as gone")
    func unfinished() throws {
        let fixture = try LibraryFixture()
        let path = try fixture.write("dog", to: "a.mp4")
        try fixture.write("sea", to: "b.mp4")
        let library = try fixture.library()
        _ = try library.index(fixture.scan(), with: WordEncoder())
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try writer.seekToEnd()
        try writer.write(contentsOf: Data(" dog".utf8))
        let scan = try fixture.scan().withoutUnfinished()
        #expect(scan.unfinished == [path] && scan.files.count == 1)
        let report = try library.index(scan, with: WordEncoder())
        #expect(report.unchanged == 1 && report.gone.isEmpty)
        try writer.close()
        #expect(try fixture.scan().withoutUnfinished().unfinished.isEmpty)
        #expect(try library.index(fixture.scan().withoutUnfinished(), with: WordEncoder()).encoded == 1)
    }

    @Test("where the system does not say who writes, a file is whole when it was left alone for a while")
    func quiet() {
        let file = VideoScan.File(path: "/nowhere/a.mp4", size: 1, modified: 1000)
        #expect(FileCompletion.isOpenForWriting(file.path) == nil)
        #expect(!FileCompletion.isComplete(file, now: Date(timeIntervalSince1970: 1001)))
        #expect(FileCompletion.isComplete(file, now: Date(timeIntervalSince1970: 1006)))
    }
}
