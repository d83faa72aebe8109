import Encoders
import Foundation
import Media
import SmallWorld
import Testing
import Torch

@testable import EncoderTraining

@Suite struct VocabularyTests {
    @Test func everyWordOfTheWorldIsOneToken() throws {
        let tokenizer = try BytePairTokenizer(merges: WorldVocabulary().merges)
        for word in Lexicon.words { #expect(tokenizer.encode(word).count == 1, "\(word)") }
        let world = World(seed: 1)
        for index in 0..<10 {
            let scene = world.scene(.test, index)
            let captions = (0..<5).compactMap { scene.caption(at: 3 * Double($0) + 1, seed: UInt64($0)) }
            for text in scene.sentences().map(\.text) + captions {
                let words = text.dropLast().lowercased().split { " ,".contains($0) }
                #expect(words.allSatisfy { Lexicon.words.contains(String($0)) }, "\(text)")
                let marks = text.count { ".,".contains($0) }
                #expect(tokenizer.encode(text).count == words.count + marks)
            }
        }
    }
}

@Suite struct CodecNoiseTests {
    private let frames = Tensor.uniform([3, 16, 24, 3], 0, 255, seed: 1, stream: 0).to(.uint8)

    @Test func spoilsWithinLimits() {
        let spoiled = CodecNoise(share: 1)(frames, RandomSource(seed: 5))
        #expect(spoiled.shape == frames.shape && spoiled.dtype == .uint8)
        let difference = (spoiled.to(.float32) - frames.to(.float32)).abs()
        #expect(difference.mean().item() > 0.5)
        #expect(difference.mean().item() < 40)
        // The same draw spoils alike.
        #expect(CodecNoise(share: 1)(frames, RandomSource(seed: 5)).elements(UInt8.self) == spoiled.elements())
    }

    @Test func leavesEvenPicturesAndNoShareAlone() {
        let even = Tensor.full([2, 8, 8, 3], 90, dtype: .uint8)
        let spoiled = CodecNoise(share: 1)(even, RandomSource(seed: 1)).to(.float32)
        #expect((spoiled - spoiled.mean(1, 2, 3, keep: true)).abs().max().item() == 0)
        #expect(CodecNoise(share: 0)(frames, RandomSource(seed: 1)).elements(UInt8.self) == frames.elements())
    }
}

@Suite struct DrawnSampleTests {
    /// The smallest of some scenes, so that drawing takes no time.
    private static let world = (0..<60).map { World(seed: UInt64($0)) }.min { first, second in
        let (a, b) = (first.scene(.val, 0), second.scene(.val, 0))
        return a.frameCount * a.width * a.height < b.frameCount * b.width * b.height
    }!

    @Test func stepsFollowFromTheirNumber() {
        let pictures = PictureSamples(world: World(seed: 2), scenes: 10, side: 16, captions: 0.5, seed: 4)
        let first = pictures.batch(step: 3, count: 3)
        #expect(first.map(\.sentence) == pictures.batch(step: 3, count: 3).map(\.sentence))
        #expect(first.map(\.frame) == pictures.batch(step: 3, count: 3).map(\.frame))
        #expect(first.map(\.frame) != pictures.batch(step: 4, count: 3).map(\.frame))
    }

    /// What the encoders learn from is what they later get of a video's file.
    @Test func drawnClipsAreThoseThatAVideoGives() throws {
        try withFolder { folder in
            let scene = Self.world.scene(.val, 0)
            let writer = WorldWriter(Self.world, to: folder, splits: [.val], videos: 1)
            _ = try writer.write()
            var model = tinyEncoders(folder).slowfast.model
            model.cropSize = 64
            var stream: [Frame] = []
            let geometry = FrameGeometry(shorterSide: 64, crop: 64)
            try VideoReader(writer.video(.val, 0)).read([FrameRequest(.rate(30), geometry: geometry)]) {
                stream.append($3)
            }
            let sampler = ClipFrameSampler<Frame>(
                clipLength: ClipLength(2), sourceRate: Double(scene.frameRate), frames: model.frames)
            let samples = MotionSamples(
                world: Self.world, scenes: 1, model: model, anywhere: 0, alone: { _ in 0 }, seed: 0)
            var (exact, late) = (0.0, 0.0)
            for clip in stride(from: 1, to: Int(scene.duration) / 2 - 1, by: 2) {
                let seen = sampler.positions.flatMap { stream[60 * clip + $0].pixels }
                let middle = (2 * clip + 1) * scene.frameRate
                exact += difference(samples.sample(of: scene, around: middle).pixels, seen)
                late += difference(samples.sample(of: scene, around: middle + 2).pixels, seen)
            }
            let clips = Double((Int(scene.duration) / 2 - 1) / 2)
            // Codec, scaling and grain make about 7 of 255; a frame too late makes more.
            #expect(exact / clips < 10)
            #expect(exact < late)
        }
    }

    /// The mean difference of bytes.
    private func difference(_ a: [UInt8], _ b: [UInt8]) -> Double {
        (Tensor(a).to(.float32) - Tensor(b).to(.float32)).abs().mean().item()
    }
}
