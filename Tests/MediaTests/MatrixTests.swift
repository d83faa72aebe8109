import Foundation
import Media
import Testing

/// A codec in a container, by the file name's extension.
struct Kind: CustomTestStringConvertible, Sendable {
    let codec: VideoSettings.Codec
    let container: String
    var testDescription: String { "\(codec) in \(container)" }

    static let all: [Kind] = [
        ("mp4", [.h264, .hevc, .vp9, .av1, .mpeg4, .mjpeg]), ("mkv", [.h264, .hevc, .vp9, .av1, .mpeg4, .mjpeg]),
        ("webm", [.vp9, .av1]), ("avi", [.h264, .mpeg4, .mjpeg]), ("mov", [.h264, .hevc, .mpeg4, .mjpeg]),
        ("ts", [.h264, .hevc, .mpeg4]),
    ].flatMap { container, codecs in codecs.map { Kind(codec: $0, container: container) } }
}

/// What a reading gave: each picture's number, read from its pixels, and its time.
struct Pictures {
    let numbers: [Int]
    let times: [Double]
    let report: DecodeReport

    init(
        _ file: URL, _ sampling: FrameRequest.Sampling = .pictures(from: 0, until: 1e5),
        decoding: VideoReader.Decoding = .wanted
    ) throws {
        var numbers: [Int] = []
        var times: [Double] = []
        report = try VideoReader(file, threads: 1).read([FrameRequest(sampling)], decoding: decoding) {
            _, _, time, frame in
            numbers.append(MadeVideo.number(of: frame))
            times.append(time)
        }
        self.numbers = numbers
        self.times = times
    }
}

/// A folder that vanishes with the test.
func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("media-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}

struct MatrixTests {
    @Test(arguments: Kind.all)
    func `Every codec and container gives its pictures at their times`(_ kind: Kind) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.\(kind.container)")
            // AVI has no presentation times, so nothing in it may be out of order.
            let settings = VideoSettings(
                codec: kind.codec, frameRate: 25, keyInterval: 10, reorderedFrames: kind.container == "avi" ? 0 : nil,
                threads: 1)
            try MadeVideo.write(file, count: 25, settings: settings)
            let info = try VideoInfo(of: file)
            #expect(info.codec == kind.codec.rawValue && info.width == 96 && info.height == 64 && !info.hasAudio)
            let all = try Pictures(file)
            #expect(all.numbers == Array(0..<25))
            #expect(all.report.decodedFrames == 25 && all.report.gaps.isEmpty && all.report.corruptPackets == 0)
            for (index, time) in all.times.enumerated() { #expect(abs(time - Double(index) / 25) < 2e-3, "\(index)") }
            #expect(abs(all.report.duration - 1) < 0.01)
            // (n + ½) / 5 s is a frame's start + ½: 2, 7, 12, … start before it, by the rule of the fps filter.
            #expect(try Pictures(file, .rate(5)).numbers == [2, 7, 12, 17, 22])
            #expect(try Pictures(file, .times([0, 0.03, 0.5, 0.99, 7])).numbers == [0, 0, 12, 24, 24])
        }
    }

    @Test(arguments: [1, 10, 151, 3600])
    func `Videos of any length are read from end to end`(_ seconds: Int) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.mp4")
            let frames = (0..<81).map { MadeVideo.frame($0, width: 48, height: 32) }
            let writer = try VideoWriter(
                file, width: 48, height: 32, settings: VideoSettings(frameRate: 2, keyInterval: 20, threads: 1))
            for number in 0..<(2 * seconds) { try writer.add(frames[number % 81]) }
            try writer.finish()
            let found = try Pictures(file, .rate(0.5), decoding: .all)
            #expect(found.report.decodedFrames == 2 * seconds && abs(found.report.duration - Double(seconds)) < 1e-3)
            // The last that starts before 1 s, 3 s, 5 s, …: frames 1, 5, 9, …
            #expect(found.numbers == (0..<((seconds + 1) / 2)).map { (4 * $0 + 1) % 81 })
        }
    }

    @Test(arguments: ["mp4", "mkv", "mov"])
    func `A frame rate that varies is followed`(_ container: String) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.\(container)")
            var times = [0.0]
            for number in 1..<60 { times.append(times[number - 1] + [0.02, 0.033, 0.11, 0.45][number * 7 % 4]) }
            try MadeVideo.write(file, count: 60, settings: VideoSettings(threads: 1), times: times)
            let all = try Pictures(file)
            #expect(all.numbers == Array(0..<60) && all.report.gaps.isEmpty)
            for (found, written) in zip(all.times, times) { #expect(abs(found - written) < 1e-3) }
            let sampled = try Pictures(file, .rate(3))
            for (index, number) in sampled.numbers.enumerated() {
                let middle = (Double(index) + 0.5) / 3
                #expect(times[number] < middle + 2e-3, "\(index)")
                if number < 59 { #expect(times[number + 1] > middle - 2e-3, "\(index)") }
            }
        }
    }

    @Test(arguments: [VideoSettings.Codec.h264, .vp9, .mpeg4, .mjpeg])
    func `Odd sizes keep every pixel`(_ codec: VideoSettings.Codec) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.mkv")
            try MadeVideo.write(
                file, count: 5, width: 97, height: 63, settings: VideoSettings(codec: codec, threads: 1))
            let info = try VideoInfo(of: file)
            #expect(info.width == 97 && info.height == 63)
            #expect(try Pictures(file).numbers == Array(0..<5))
        }
    }

    @Test(arguments: [90, 180, 270])
    func `A rotated video is turned upright`(_ rotation: Int) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.mp4")
            try MadeVideo.write(file, count: 4, settings: VideoSettings(rotation: rotation, threads: 1))
            let info = try VideoInfo(of: file)
            #expect(info.rotation == rotation && info.width == (rotation == 180 ? 96 : 64))
            var index = 0
            try VideoReader(file).read([FrameRequest(.pictures(from: 0, until: 9))]) { _, _, _, frame in
                #expect(frame.width == info.width && frame.height == info.height)
                #expect(MadeVideo.number(of: frame.turned(back: rotation)) == index)
                index += 1
            }
            #expect(index == 4)
        }
    }

    @Test(arguments: ["mp4", "mkv", "ts"])
    func `Pixels that are not square are made square`(_ container: String) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.\(container)")
            var settings = VideoSettings(threads: 1)
            settings.pixelAspect = (2, 1)
            try MadeVideo.write(file, count: 3, settings: settings)
            let info = try VideoInfo(of: file)
            #expect(info.width == 192 && info.height == 64 && info.storedWidth == 96 && info.pixelAspect == 2)
            #expect(try Pictures(file).numbers == [0, 1, 2])
        }
    }

    @Test(arguments: ["mp4", "mkv", "webm", "ts"])
    func `Sound beside the pictures changes nothing`(_ container: String) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.\(container)")
            let codec: VideoSettings.Codec = container == "webm" ? .vp9 : .h264
            try MadeVideo.write(
                file, count: 30, settings: VideoSettings(codec: codec, frameRate: 15, hasSilence: true, threads: 1))
            #expect(try VideoInfo(of: file).hasAudio)
            let all = try Pictures(file)
            #expect(all.numbers == Array(0..<30))
            // Encoders of sound start before zero, which shifts the container's start by some hundredths.
            for (index, time) in all.times.enumerated() { #expect(abs(time - Double(index) / 15) < 0.05) }
        }
    }
}

extension Frame {
    /// The frame turned counterclockwise by so many degrees.
    fileprivate func turned(back rotation: Int) -> Frame {
        let (newWidth, newHeight) = rotation == 180 ? (width, height) : (height, width)
        var turned: [UInt8] = []
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let (oldX, oldY) =
                    switch rotation {
                    case 90: (width - 1 - y, x)
                    case 180: (width - 1 - x, height - 1 - y)
                    default: (y, height - 1 - x)
                    }
                let at = (oldY * width + oldX) * 3
                turned += pixels[at..<at + 3]
            }
        }
        return Frame(width: newWidth, height: newHeight, pixels: turned)
    }
}
