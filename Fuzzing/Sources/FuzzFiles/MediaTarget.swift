import Foundation
import Fuzzing
import Media

private let scratch = InputFile("video.mp4")

/// The façade over FFmpeg: header and frames. The demuxers and decoders themselves are FFmpeg's and not instrumented.
let mediaTarget = FuzzTarget("media") {
    try [.h264, .mpeg4, .mjpeg].map(tinyVideo)
} read: { bytes in
    try scratch.with(bytes) { url in
        let reader = try VideoReader(url, threads: 1)
        guard reader.info.width * reader.info.height <= 1 << 20 else { return }
        var frames = 0
        try reader.read([FrameRequest(.rate(2), geometry: .square224)], decoding: .all) { _, _, _, _ in
            frames += 1
            if frames > 8 { throw CancellationError() }
        }
    }
}

private func tinyVideo(_ codec: VideoSettings.Codec) throws -> [UInt8] {
    defer { unlink(scratch.url.path) }
    let settings = VideoSettings(codec: codec, frameRate: 4, threads: 1)
    let writer = try VideoWriter(scratch.url, width: 32, height: 32, settings: settings)
    for index in 0..<6 {
        let pixels = [UInt8](repeating: UInt8(40 * index), count: 32 * 32 * 3)
        try writer.add(Frame(width: 32, height: 32, pixels: pixels))
    }
    try writer.finish()
    return [UInt8](try Data(contentsOf: scratch.url))
}
