import CFFmpeg
import Foundation
import TensorFiles
import TestSupport
import Testing

@testable import Media

private struct Sampling: Decodable {
    struct Case: Decodable {
        let sourceRate, targetRate: String
        let frameCount: Int
        let picked: [Int]

        enum CodingKeys: String, CodingKey {
            case sourceRate = "source_fps"
            case targetRate = "target_fps"
            case frameCount = "n_source_frames"
            case picked = "picked_source_frame_indices"
        }
    }
    let cases: [Case]
}

/// `30000/1001` as 30000 and 1001.
private func fraction(_ text: String) -> CFRational {
    let parts = text.split(separator: "/").compactMap { Int32($0) }
    return CFRational(num: parts[0], den: parts.count > 1 ? parts[1] : 1)
}

struct FrameGoldenTests {
    @Test("Frames are picked as FFmpeg's fps filter picks them (Golden)", arguments: GoldenCase.all("clip_preprocess"))
    func sampling(_ golden: GoldenCase) throws {
        for one in try golden.json("fps_filter.json", Sampling.self).cases {
            let source = fraction(one.sourceRate)
            let target = one.targetRate.split(separator: "/").compactMap { Double($0) }
            var sampler = Sampler(
                .rate(target[0] / (target.count > 1 ? target[1] : 1)),
                base: CFRational(num: source.den, den: source.num))
            var picked: [Int] = []
            for frame in 0..<one.frameCount {
                picked += sampler.advance(to: Int64(frame)).map { _ in frame - 1 }
            }
            picked += sampler.finish(at: Int64(one.frameCount)).map { _ in one.frameCount - 1 }
            #expect(picked == one.picked, "\(one.sourceRate) to \(one.targetRate)")
        }
    }

    @Test("Pictures are scaled and cropped as FFmpeg does it (Golden)", arguments: GoldenCase.all("clip_preprocess"))
    func scaling(_ golden: GoldenCase) throws {
        struct Config: Decodable {
            struct Image: Decodable { let name: String }
            let images: [Image]
        }
        let arrays = try golden.arrays()
        for image in try golden.config(Config.self).images {
            let input = try arrays.tensor(named: "\(image.name).input_HWC")
            let expected = try arrays.tensor(named: "\(image.name).ffmpeg_scaled_cropped_HWC")
            let frame = Frame(
                width: input.shape[1], height: input.shape[0], pixels: input.withUnsafeBytes { Array($0) })
            let scaled = try frame.scaled(.square224)
            #expect(scaled.pixels == expected.withUnsafeBytes { Array($0) }, "\(image.name)")
        }
    }
}
