import CFFmpeg
import Foundation
import Testing

@testable import Media

/// Sound in cuts.
struct SoundTests {
    /// Four seconds of pictures with silence.
    private func write(_ url: URL, hasSilence: Bool = true) throws {
        try MadeVideo.write(
            url, count: 100, settings: VideoSettings(frameRate: 25, keyInterval: 20, hasSilence: hasSilence))
    }

    /// Four seconds of MJPEG with uncompressed sound, which MP4 does not take.
    private func writeUncompressed(_ url: URL) throws {
        let file = try OutputFile(url)
        try "mjpeg".withCString { name throws in
            try "".withCString { options throws in
                var video = CFVideoSettings()
                (video.encoder, video.options, video.width, video.height) = (name, options, 96, 64)
                (video.time_base, video.frame_rate) = (CFRational(num: 1, den: 25), CFRational(num: 25, den: 1))
                (video.sample_aspect, video.key_interval, video.global_quality) = (CFRational(num: 1, den: 1), 1, 3)
                try file.check(cf_output_video(file.handle, &video))
            }
        }
        try file.check(cf_output_silence(file.handle, "pcm_s16le"))
        try file.check(cf_output_begin(file.handle))
        for number in 0..<100 {
            let frame = MadeVideo.frame(number, width: 96, height: 64)
            try file.check(cf_output_rgb(file.handle, frame.pixels, Int64(number)))
            try file.check(cf_output_silence_to(file.handle, Double(number + 1) / 25))
        }
        try file.finish()
    }

    /// Starts of the packets of sound, in seconds, the codec, and where the last one ends.
    private func sound(of url: URL) throws -> (starts: [Double], codec: String, end: Double) {
        let input = try Input(url, CFAudio)
        var starts: [Double] = []
        var end = 0.0
        while case .packet(let packet) = try input.read() {
            starts.append(input.seconds(packet.info.pts))
            end = max(end, input.seconds(packet.info.pts + packet.info.duration))
        }
        return (starts, String(cString: input.info.codec), end)
    }

    @Test(arguments: ["mp4", "mkv", "mov", "ts"], VideoCutter.Mode.allCases)
    func `Sound is copied in step with the pictures`(_ container: String, _ mode: VideoCutter.Mode) throws {
        try withFolder { folder in
            let (file, cut) = (folder.appendingPathComponent("a.\(container)"), folder.appendingPathComponent("b.mp4"))
            try write(file)
            let span = try VideoCutter(file).cut(1.5..<3, to: cut, mode: mode)
            let sound = try sound(of: cut)
            #expect(sound.codec == "aac")
            let length = span.upperBound - span.lowerBound
            // A packet of AAC at 48 kHz lasts 21 ms.
            #expect(try #require(sound.starts.first) < 0.05)
            #expect(abs(sound.end - length) < 0.05)
            #expect(zip(sound.starts, sound.starts.dropFirst()).allSatisfy { abs($1 - $0 - 1024.0 / 48000) < 2e-3 })
            let pictures = try Pictures(cut)
            // In a TS the sound begins, and with it time, 21 ms before the pictures.
            #expect((mode == .exact ? 36...37 : 20...20).contains(pictures.numbers[0]) && abs(pictures.times[0]) < 0.05)
        }
    }

    @Test(arguments: VideoCutter.Mode.allCases)
    func `Sound that the container does not take is encoded anew`(_ mode: VideoCutter.Mode) throws {
        try withFolder { folder in
            let (file, cut) = (folder.appendingPathComponent("a.avi"), folder.appendingPathComponent("b.mp4"))
            try writeUncompressed(file)
            try VideoCutter(file).cut(1..<2.5, to: cut, mode: mode)
            let sound = try sound(of: cut)
            #expect(sound.codec == "aac")
            #expect(abs(try #require(sound.starts.first)) < 0.05 && abs(sound.end - 1.5) < 0.08)
        }
    }

    @Test func `A video without sound is cut without`() throws {
        try withFolder { folder in
            let (file, cut) = (folder.appendingPathComponent("a.mp4"), folder.appendingPathComponent("b.mp4"))
            try write(file, hasSilence: false)
            for mode in VideoCutter.Mode.allCases {
                try VideoCutter(file).cut(1..<2, to: cut, mode: mode)
                #expect(try !VideoInfo(of: cut).hasAudio)
            }
        }
    }

    @Test(arguments: VideoCutter.Mode.allCases)
    func `A cut that is stopped leaves nothing`(_ mode: VideoCutter.Mode) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.mp4")
            try write(file)
            var calls = 0
            #expect(throws: CancellationError.self) {
                try VideoCutter(file).cut(1..<3, to: folder.appendingPathComponent("b.mp4"), mode: mode) { _ in
                    calls += 1
                    return calls < 3
                }
            }
            #expect(calls == 3)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.mp4"])
        }
    }
}
