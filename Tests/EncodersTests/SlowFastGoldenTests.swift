import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Encoders

private struct Config: Decodable {
    let cropSize, frames, width, betaInverse: Int

    enum CodingKeys: String, CodingKey {
        case cropSize = "crop_size"
        case frames = "num_frames"
        case width = "width_per_group"
        case betaInverse = "beta_inv"
    }
}

private struct Names: Decodable {
    struct Parameter: Decodable {
        let caffe2, pyslowfast, pytorchvideo: String
        let shape: [Int]

        func name(_ layout: SlowFastLayout) -> String {
            switch layout {
            case .pySlowFast: pyslowfast
            case .pyTorchVideo: pytorchvideo
            case .caffe2: caffe2
            }
        }
    }
    let parameters: [Parameter]
}

private struct Sampling: Decodable {
    struct Choice: Decodable { let indices: [Int] }
    struct Case: Decodable {
        let sourceRate: Int
        let clipSeconds: Double
        let clipFrames: Int
        let hero: Choice

        enum CodingKeys: String, CodingKey {
            case sourceRate = "source_fps_floor"
            case clipSeconds = "clip_seconds"
            case clipFrames = "frames_in_clip_at_30fps"
            case hero
        }
    }
    let slowPositions: [Int]
    let cases: [Case]

    enum CodingKeys: String, CodingKey {
        case slowPositions = "slow_pathway_indices_of_32"
        case cases
    }
}

@Suite("SlowFast against the reference (Golden)", .serialized)
struct SlowFastGoldenTests {
    @Test("features and what each stage puts out", arguments: GoldenCase.all("slowfast"))
    func outputs(_ golden: GoldenCase) throws {
        let config = try golden.config(Config.self)
        let file = golden.folder.appendingPathComponent("weights.safetensors")
        let encoder = try SlowFast(contentsOf: file, cropSize: config.cropSize)
        #expect(encoder.configuration.width == config.width)
        #expect(encoder.configuration.fastWidth == config.width / config.betaInverse)
        #expect(encoder.configuration.frames == config.frames)

        let (clips, expected) = (try golden.tensor("in.frames_uint8_BTHWC"), try golden.tensor("out.feature"))
        let io = try golden.arrays()
        for index in 0..<clips.size(0) {
            let feature = encoder.encode(clip: clips[index].contiguous())
            #expect(mismatch(feature, expected[index], relative: 1e-4, absolute: 1e-4) == nil, "clip \(index)")

            var compared = 0
            var mismatches: [String] = []
            let frames = SlowFast.normalized(clips[index].contiguous())
            _ = withoutGradient {
                encoder.network(frames) { part, output in
                    guard let means = try? io.tensor(named: "mid.\(part).mean_over_THW") else { return }
                    compared += 1
                    let found = output.mean(0, 1, 2)
                    if let mismatch = mismatch(found, Tensor(means)[index], relative: 1e-4, absolute: 1e-4) {
                        mismatches.append("\(part): \(mismatch)")
                    }
                }
            }
            #expect(compared >= 10)
            #expect(mismatches == [])
        }
    }

    @Test("the names and shapes of the published files", arguments: GoldenCase.all("slowfast"))
    func names(_ golden: GoldenCase) throws {
        let parameters = try golden.json("names_full_size.json", Names.self).parameters
        #expect(parameters.count == 552)
        let architecture = SlowFastArchitecture(SlowFastConfiguration())
        for layout in SlowFastLayout.allCases {
            var own: [String: [Int]] = [:]
            for place in architecture.all {
                own[place.weight[layout]] = place.shape
                for suffix in layout.normSuffixes { own[place.norm[layout] + suffix] = [place.channels] }
            }
            own[layout.classifier[0]] = [400, SlowFastConfiguration().featureSize]
            own[layout.classifier[1]] = [400]
            let published = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name(layout), $0.shape) })
            #expect(own == published, "\(layout.rawValue)")
        }
    }

    @Test("the frames of a clip", arguments: GoldenCase.all("slowfast"))
    func sampling(_ golden: GoldenCase) throws {
        let sampling = try golden.json("frame_sampling.json", Sampling.self)
        #expect(SlowFastConfiguration().slowPositions == sampling.slowPositions)
        for expected in sampling.cases {
            let length = try #require(ClipLength(seconds: expected.clipSeconds))
            let sampler = ClipFrameSampler<Int>(clipLength: length, sourceRate: Double(expected.sourceRate) + 0.97)
            #expect(sampler.clipFrames == expected.clipFrames)
            #expect(sampler.positions == expected.hero.indices, "\(expected.sourceRate) fps, \(expected.clipSeconds) s")
        }
    }
}
