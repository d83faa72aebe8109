import Foundation
import Media
import TestSupport
import Testing

struct ProbingTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("probing-\(UUID())")

    private func problem(_ url: URL) -> MediaError.Problem? {
        do {
            _ = try VideoInfo(of: url)
            return nil
        } catch {
            return error.problem
        }
    }

    @Test func `What is no video is refused with the reason`() throws {
        let files = FileManager.default
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? files.removeItem(at: folder) }
        let empty = folder.appendingPathComponent("empty.mp4")
        let text = folder.appendingPathComponent("text.mp4")
        let headless = folder.appendingPathComponent("headless.mp4")
        try Data().write(to: empty)
        try Data(String(repeating: "These are words.\n", count: 100).utf8).write(to: text)
        // A file type box and the beginning of the media, and no table of contents.
        var bytes = Data([0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 2, 0])
        bytes += Data([0, 1, 0, 0] + Array("mdat".utf8)) + Data(repeating: 7, count: 4000)
        try bytes.write(to: headless)
        #expect(problem(folder.appendingPathComponent("missing.mp4")) == .notFound)
        #expect(problem(folder) == .folder)
        #expect(problem(empty) == .empty)
        #expect(problem(text) == .notAVideo)
        #expect(problem(headless) == .truncated)
    }

    @Test(.enabled(if: SharedMaterial.data != nil))
    func `A real video is described as its header says`() throws {
        let file = try #require(SharedMaterial.data).appendingPathComponent("example/charades.mp4")
        let info = try VideoInfo(of: file)
        #expect(info.codec == "h264")
        #expect(info.width == 480 && info.height == 270 && info.rotation == 0)
        #expect(abs(try #require(info.duration) - 30.697) < 0.01)
        #expect(abs(try #require(info.frameRate) - 15000.0 / 1001) < 1e-9)
        #expect(info.videoStart == 0)
    }
}
