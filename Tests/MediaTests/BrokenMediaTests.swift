import Foundation
import Media
import Testing

/// Random bytes that are the same in every run.
private struct Noise: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        // Knuth's congruences; the high bits are the good ones.
        state = state &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        return state ^ (state >> 33)
    }
}

struct BrokenMediaTests {
    /// Ten seconds with a key frame in each, and its bytes.
    private func make(_ folder: URL, _ container: String, codec: VideoSettings.Codec = .h264) throws -> (URL, Data) {
        let file = folder.appendingPathComponent("a.\(container)")
        let settings = VideoSettings(
            codec: codec, frameRate: 20, keyInterval: 20, reorderedFrames: container == "avi" ? 0 : nil, threads: 1)
        try MadeVideo.write(file, count: 200, settings: settings)
        return (file, try Data(contentsOf: file))
    }

    @Test func `A file that gives its pictures no size is refused`() throws {
        try withFolder { folder in
            // What FFmpeg takes for a raw MPEG-4 stream, of nothing.
            let bytes: [UInt8] = [0x7B, 0x1E, 0x9D, 0x8C, 0xFA, 0xEE, 0x7C, 0xCB, 0xB1, 0x4F, 0x98, 0xB2]
            let file = folder.appendingPathComponent("a.m4v")
            try Data(bytes).write(to: file)
            #expect(throws: MediaError.self) {
                try VideoReader(file).read([FrameRequest(.rate(1), geometry: .square224)]) { _, _, _, _ in }
            }
        }
    }

    @Test(arguments: ["mp4", "mkv", "ts", "avi"])
    func `A truncated video gives the pictures that are there`(_ container: String) throws {
        try withFolder { folder in
            let (file, bytes) = try make(folder, container)
            try bytes.prefix(bytes.count * 6 / 10).write(to: file)
            let found = try Pictures(file)
            #expect(found.numbers.count > 80 && found.numbers.count < 160)
            // What the cut went through is the decoder's guess.
            #expect(found.numbers.dropLast(3) == Array(0..<(found.numbers.count - 3))[...])
            #expect(found.report.duration < 8)
            if container == "mp4" {
                let gap = try #require(found.report.gaps.last)
                #expect(gap.lowerBound < 8 && abs(gap.upperBound - 10) < 0.1)
                #expect(found.report.corruptPackets > 0)
            }
        }
    }

    @Test(arguments: ["mp4", "mkv", "ts", "avi"])
    func `A broken middle is a gap, and what lies around it is used`(_ container: String) throws {
        try withFolder { folder in
            var (file, bytes) = try make(folder, container)
            var noise = Noise(state: 1)
            for index in (bytes.count * 40 / 100)..<(bytes.count * 60 / 100) {
                bytes[index] = UInt8.random(in: 0...255, using: &noise)
            }
            try bytes.write(to: file)
            let found = try Pictures(file)
            #expect(found.numbers.prefix(45) == Array(0..<45)[...])
            #expect(found.numbers.suffix(70) == Array(130..<200)[...])
            for (number, time) in Array(zip(found.numbers, found.times)).suffix(70) {
                #expect(abs(time - Double(number) / 20) < 1e-3)
            }
            #expect(abs(found.report.duration - 10) < 0.1)
            #expect(!found.report.gaps.isEmpty)
            for gap in found.report.gaps { #expect(gap.lowerBound > 2 && gap.upperBound < 8, "\(gap)") }
        }
    }

    @Test(arguments: ["mp4", "mkv", "ts", "avi", "webm"])
    func `Noise anywhere in a file never crashes`(_ container: String) throws {
        try withFolder { folder in
            let (file, bytes) = try make(folder, container, codec: container == "webm" ? .vp9 : .h264)
            var noise = Noise(state: 7)
            var read = 0
            for round in 0..<24 {
                var broken = bytes
                // Half of the rounds aim at the header.
                let range = round % 2 == 0 ? 0..<bytes.count : 0..<min(2000, bytes.count)
                for _ in 0..<(1 + round) { broken[Int.random(in: range, using: &noise)] = UInt8(noise.next() & 255) }
                try broken.write(to: file)
                do {
                    let request = FrameRequest(.rate(1), geometry: FrameGeometry(shorterSide: 16))
                    let report = try VideoReader(file, threads: 1).read([request]) { _, _, _, _ in }
                    #expect(report.decodedFrames > 0 && report.duration < 1e6)
                    read += 1
                } catch is MediaError {}
            }
            #expect(read > 5)
        }
    }

    @Test func `Sound without pictures is named as such`() throws {
        try withFolder { folder in
            // A WAV file of a tenth of a second.
            func bytes(_ value: UInt32) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
            let samples = Data(repeating: 0, count: 1600)
            var wave = Data("RIFF".utf8) + bytes(36 + 1600) + Data("WAVEfmt ".utf8) + bytes(16)
            wave += Data([1, 0, 1, 0]) + bytes(8000) + bytes(16000) + Data([2, 0, 16, 0])
            wave += Data("data".utf8) + bytes(1600) + samples
            let file = folder.appendingPathComponent("a.mp4")
            try wave.write(to: file)
            let error = #expect(throws: MediaError.self) { _ = try VideoReader(file) }
            #expect(error?.problem == .audioOnly)
        }
    }

    @Test func `A crop larger than the picture is refused`() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.mp4")
            try MadeVideo.write(file, count: 2, settings: VideoSettings(threads: 1))
            let request = FrameRequest(.rate(1), geometry: FrameGeometry(shorterSide: 32, crop: 40))
            let error = #expect(throws: MediaError.self) { try VideoReader(file).read([request]) { _, _, _, _ in } }
            #expect(error?.problem == .tooSmall(width: 48, height: 32, crop: 40))
        }
    }
}
