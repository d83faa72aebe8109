import Foundation
import Media
import Testing

struct WritingTests {
    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("writing-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func `What is written is read back, frame by frame`() throws {
        try inFolder { folder in
            let file = folder.appendingPathComponent("a.mp4")
            try MadeVideo.write(file, count: 75, settings: VideoSettings(frameRate: 25))
            var numbers: [Int] = []
            var times: [Double] = []
            let report = try VideoReader(file).read([FrameRequest(.pictures(from: 0, until: 100))]) {
                numbers.append(MadeVideo.number(of: $3))
                times.append($2)
            }
            #expect(numbers == Array(0..<75))
            #expect(zip(times, 0...).allSatisfy { abs($0 - Double($1) / 25) < 1e-6 })
            #expect(abs(report.duration - 3) < 1e-6)
        }
    }

    @Test func `A cut on key frames copies pictures, an exact one keeps the span`() throws {
        try inFolder { folder in
            let file = folder.appendingPathComponent("a.mp4")
            let copied = folder.appendingPathComponent("copied.mp4")
            let exact = folder.appendingPathComponent("exact.mp4")
            try MadeVideo.write(file, count: 100, settings: VideoSettings(frameRate: 25, keyInterval: 20))
            let copiedSpan = try VideoCutter(file).cut(1..<2, to: copied)
            let exactSpan = try VideoCutter(file).cut(1..<2, to: exact, mode: .exact)
            #expect(abs(copiedSpan.lowerBound - 0.8) < 1e-6 && copiedSpan.upperBound >= 2)
            #expect(abs(exactSpan.lowerBound - 1) < 1e-6 && abs(exactSpan.upperBound - 2) < 1e-6)
            func numbers(_ url: URL) throws -> [Int] {
                var found: [Int] = []
                try VideoReader(url).read([FrameRequest(.pictures(from: 0, until: 100))]) {
                    found.append(MadeVideo.number(of: $3))
                }
                return found
            }
            #expect(try numbers(exact) == Array(25..<50))
            let pictures = try numbers(copied)
            #expect(pictures.first == 20 && Set(20..<50).isSubset(of: pictures))
            #expect(throws: MediaError.self) { try VideoCutter(file).cut(9..<10, to: copied, mode: .exact) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
        }
    }

    @Test func `A frame becomes a PNG and a JPEG`() throws {
        let frame = MadeVideo.frame(5, width: 33, height: 21)
        #expect(try frame.png().prefix(8) == Data([137, 80, 78, 71, 13, 10, 26, 10]))
        let jpeg = try frame.jpeg()
        #expect(jpeg.prefix(3) == Data([255, 216, 255]) && jpeg.suffix(2) == Data([255, 217]))
        #expect(try frame.jpeg(quality: 10).count < jpeg.count)
    }

    @Test func `A video that cannot be written leaves nothing behind`() throws {
        try inFolder { folder in
            let missing = folder.appendingPathComponent("no/such/folder/a.mp4")
            #expect(throws: MediaError.self) { _ = try VideoWriter(missing, width: 64, height: 64) }
            do {
                let writer = try VideoWriter(folder.appendingPathComponent("b.mp4"), width: 64, height: 64)
                try writer.add(MadeVideo.frame(0, width: 64, height: 64))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }
}
