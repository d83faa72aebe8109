import Encoders
import Foundation
import Media
import Torch

/// A whole video to features, decoding included, beside decoding alone.
public struct VideoBenchmark: BenchmarkSuite {
    /// What it is called on the command line.
    public static let name = "video"
    /// One line on what it does.
    public static let summary =
        "30 s of 720p to features: decoding alone, CLIP, key frames, CLIP and SlowFast"

    private let seconds: Int
    private let width: Int
    private let clip: CLIPConfiguration
    private let slowFast: SlowFastConfiguration

    /// Makes the benchmark; smaller sizes are for tests.
    public init(
        seconds: Int = 30, width: Int = 1280, clip: CLIPConfiguration = .vitB32,
        slowFast: SlowFastConfiguration = .init()
    ) {
        (self.seconds, self.width, self.clip, self.slowFast) = (seconds, width, clip, slowFast)
    }

    /// Decoding in three ways, CLIP in four, and both encoders.
    public var measurementCount: Int { 8 }

    /// Measures; see `BenchmarkSuite`.
    public func run(_ stopwatch: Stopwatch, report: (Timing) -> Void) throws {
        try ScratchFolder.with { folder in
            let url = folder.appendingPathComponent("video.mp4")
            try MovingTexture(width: width, height: width * 9 / 16).write(to: url, seconds: seconds)
            func measure(_ subject: String, _ work: () throws -> Void) throws {
                guard stopwatch.wants(subject) else { return }
                report(
                    try stopwatch.measure(
                        Self.name, subject,
                        detail: "\(seconds) s of \(width) × \(width * 9 / 16) at 30 a second, H.264",
                        items: seconds, warmUp: 1, mostRepetitions: 5
                    ) {
                        try work()
                        return []
                    })
            }
            try measureDecoding(url, measure)
            try measureEncoding(url, measure)
        }
    }

    private func measureDecoding(_ url: URL, _ measure: (String, () throws -> Void) throws -> Void) throws {
        let geometry = FrameGeometry(shorterSide: clip.imageSize, crop: clip.imageSize)
        let requests: [(String, FrameRequest)] = [
            ("decoding, one frame in 2 s", FrameRequest(.rate(0.5), geometry: geometry)),
            ("decoding, nearest key frames", FrameRequest(.nearestKeyFrames(rate: 0.5), geometry: geometry)),
            ("decoding, 30 frames a second", FrameRequest(.rate(30), geometry: geometry)),
        ]
        for (subject, request) in requests {
            try measure(subject) {
                try VideoReader(url, threads: Libtorch.threadCount).read([request]) { _, _, _, _ in }
            }
        }
    }

    private func measureEncoding(_ url: URL, _ measure: (String, () throws -> Void) throws -> Void) throws {
        for precision in EncoderPrecision.allCases {
            let part = VideoEncoder.Part(try CLIP(clip, precision: precision, seed: 1))
            for images in VideoEncoder.ImageChoice.allCases {
                try measure("CLIP, \(precision.rawValue), \(images.rawValue) frames") {
                    _ = try VideoEncoder(clip: part, images: images).encode(url)
                }
            }
        }
        let both = VideoEncoder(clip: .init(try CLIP(clip, seed: 1)), slowFast: .init(.random(slowFast)))
        try measure("CLIP and SlowFast") { _ = try both.encode(url) }
    }
}
