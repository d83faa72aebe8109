import Foundation
import Media
import TestSupport
import Testing
import Torch

@testable import Encoders

@Suite("Videos to features")
struct VideoEncoderTests {
    private static func tinyCLIP() throws -> CLIP {
        var configuration = CLIPConfiguration.tiny
        configuration.imageSize = 64
        return try CLIP(configuration, seed: 5)
    }

    private static func tinySlowFast() -> SlowFast {
        var configuration = SlowFastConfiguration()
        (configuration.width, configuration.fastWidth, configuration.cropSize) = (8, 2, 64)
        configuration.blocks = [1, 1, 1, 1]
        return .random(configuration, seed: 3)
    }

    /// A video whose brightness grows with time, gone afterwards.
    private func withVideo(seconds: Double, rate: Double = 10, _ body: (URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).mp4")
        defer { try? FileManager.default.removeItem(at: url) }
        let writer = try VideoWriter(url, width: 96, height: 64, settings: VideoSettings(frameRate: rate))
        let count = Int(seconds * rate)
        for index in 0..<count {
            let grey = UInt8(20 + 200 * index / max(count, 1))
            try writer.add(Frame(width: 96, height: 64, pixels: [UInt8](repeating: grey, count: 96 * 64 * 3)))
        }
        try writer.finish()
        try body(url)
    }

    @Test("every clip gets a row of each encoder, SlowFast before CLIP, of half precision's numbers")
    func rows() throws {
        try withVideo(seconds: 9) { url in
            let encoder = VideoEncoder(
                clip: .init(try Self.tinyCLIP(), weights: "abc"), slowFast: .init(Self.tinySlowFast()))
            let encoding = try encoder.encode(url)
            #expect(encoding.components.map(\.name) == ["slowfast", "clip"])
            #expect(encoding.components[0].features.shape == [5, 320])
            #expect(
                encoding.components[1].features.shape == [5, 64] || encoding.components[1].features.shape == [4, 64])
            #expect(encoding.components[1].weights == "abc")
            #expect(abs(encoding.duration - 9) < 0.2)
            for component in encoding.components {
                let numbers = component.features
                #expect(numbers.floats() == numbers.to(.float16).to(.float32).floats())
                #expect(numbers.isFinite().all().item() == 1)
            }
        }
    }

    @Test("a video's beginning is known before its end, with the numbers that it has in the end")
    func beginning() throws {
        try withVideo(seconds: 60) { url in
            let encoder = VideoEncoder(clip: .init(try Self.tinyCLIP()), slowFast: .init(Self.tinySlowFast()))
            encoder.partialInterval = .zero
            var seen: [[VideoEncoder.Component]] = []
            let whole = try encoder.encode(url, partial: { seen.append($0) })
            let counts = seen.map { $0[0].features.size(0) }
            #expect(!counts.isEmpty && counts == Array(Set(counts)).sorted())
            for components in seen {
                for (part, all) in zip(components, whole.components) {
                    #expect(part.name == all.name && part.features.size(0) == components[0].features.size(0))
                    #expect(part.features.floats() == all.features.slice(0, 0, part.features.size(0)).floats())
                }
            }
        }
    }

    @Test("a video that somebody writes to while it is read is refused")
    func changing() throws {
        try withVideo(seconds: 9) { url in
            let encoder = VideoEncoder(clip: .init(try Self.tinyCLIP()))
            let error = #expect(throws: MediaError.self) {
                try encoder.encode(url) { _, _ in truncate(url.path, 100) == 0 }
            }
            #expect(error?.problem == .changed)
        }
    }

    @Test("a picture under a video's name is refused: it fills no clip")
    func picture() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).3gp")
        defer { try? FileManager.default.removeItem(at: url) }
        try Frame(width: 1, height: 1, pixels: [9, 9, 9]).png().write(to: url)
        let encoder = VideoEncoder(clip: .init(try Self.tinyCLIP()))
        #expect(throws: MediaError.self) { try encoder.encode(url) }
    }

    @Test("one encoder alone gives the same rows as beside the other")
    func alone() throws {
        try withVideo(seconds: 6) { url in
            let both = try VideoEncoder(clip: .init(Self.tinyCLIP()), slowFast: .init(Self.tinySlowFast())).encode(url)
            let clip = try VideoEncoder(clip: .init(Self.tinyCLIP())).encode(url)
            let slowFast = try VideoEncoder(slowFast: .init(Self.tinySlowFast())).encode(url)
            #expect(clip.components[0].features.floats() == both.components[1].features.floats())
            #expect(slowFast.components[0].features.floats() == both.components[0].features.floats())
        }
    }

    @Test("a frame's row is that of the frame encoded by hand")
    func byHand() throws {
        try withVideo(seconds: 6) { url in
            let clip = try Self.tinyCLIP()
            var frames: [Frame] = []
            try VideoReader(url).read([.perClip(of: 2, duration: 6, geometry: FrameGeometry(shorterSide: 64, crop: 64))]
            ) {
                frames.append($3)
            }
            let rows = try VideoEncoder(clip: .init(clip)).encode(url).components[0].features
            let wanted = clip.encode(images: FrameNormalization.clip(.stacked(frames: frames)))
            #expect(rows.floats() == wanted.to(.float16).to(.float32).floats())
        }
    }

    @Test("frames may be the key frames nearest to the clips' middles")
    func keyFrames() throws {
        try withVideo(seconds: 9) { url in
            let clip = try Self.tinyCLIP()
            let geometry = FrameGeometry(shorterSide: 64, crop: 64)
            var frames: [Frame] = []
            try VideoReader(url).read([FrameRequest(.nearestKeyFrames(rate: 0.5), geometry: geometry)]) {
                frames.append($3)
            }
            let encoder = VideoEncoder(clip: .init(clip), images: .nearestKey)
            let encoding = try encoder.encode(url)
            let wanted = clip.encode(images: FrameNormalization.clip(.stacked(frames: frames)))
            #expect(encoding.components[0].features.floats() == wanted.to(.float16).to(.float32).floats())
            let usual = try VideoEncoder(clip: .init(clip)).encode(url)
            #expect(encoding.report.decodedFrames < usual.report.decodedFrames)
            #expect(encoding.components[0].features.floats() != usual.components[0].features.floats())
        }
    }

    @Test("the work can be stopped, and what is no video is refused with its name")
    func stops() throws {
        try withVideo(seconds: 20) { url in
            let encoder = try VideoEncoder(clip: .init(Self.tinyCLIP()))
            #expect(throws: CancellationError.self) { try encoder.encode(url) { seconds, _ in seconds < 4 } }
            let text = url.appendingPathExtension("txt")
            try Data("not a video".utf8).write(to: text)
            defer { try? FileManager.default.removeItem(at: text) }
            let error = #expect(throws: MediaError.self) { try encoder.encode(text) }
            #expect(error?.file.contains(text.lastPathComponent) == true)
        }
    }
}
