import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Encoders

/// A network that is made in an instant.
let tinySlowFast: SlowFastConfiguration = {
    var configuration = SlowFastConfiguration()
    configuration.width = 8
    configuration.fastWidth = 2
    configuration.cropSize = 32
    configuration.classes = 3
    return configuration
}()

/// A clip of noise.
func tinyClip(_ configuration: SlowFastConfiguration = tinySlowFast, seed: UInt64 = 1) -> Tensor {
    let size = configuration.cropSize
    return Tensor.uniform([configuration.frames, size, size, 3], 0, 255, seed: seed, stream: 0).to(.uint8)
}

@Suite("SlowFast")
struct SlowFastTests {
    @Test("gives a vector of both pathways' last channels")
    func feature() {
        #expect(SlowFastConfiguration().featureSize == 2304)
        let encoder = SlowFast.random(tinySlowFast)
        let feature = encoder.encode(clip: tinyClip())
        #expect(feature.shape == [320])
        #expect(feature.floats().allSatisfy { $0.isFinite && $0 >= 0 })
        #expect(feature.floats().contains { $0 > 0 })
        #expect(encoder.identifier == "slowfast-8x8-r50-width-8-2")
    }

    @Test("gives the same for the same clip and another for another")
    func repetition() {
        let encoder = SlowFast.random(tinySlowFast)
        let (clip, other) = (tinyClip(), tinyClip(seed: 2))
        let first = encoder.encode(clip: clip)
        #expect(!encoder.encode(clip: other).isClose(to: first, relative: 1e-3, absolute: 1e-3))
        #expect(encoder.encode(clip: clip).floats() == first.floats())
    }

    @Test("sees the order of frames")
    func order() {
        let encoder = SlowFast.random(tinySlowFast)
        let clip = tinyClip()
        let backwards = encoder.encode(clip: clip.flipped(0).contiguous())
        #expect(!backwards.isClose(to: encoder.encode(clip: clip), relative: 1e-3, absolute: 1e-3))
    }

    @Test("takes frames of other sizes than it was packed for")
    func otherSizes() {
        var configuration = tinySlowFast
        configuration.cropSize = 64
        let (small, large) = (SlowFast.random(tinySlowFast), SlowFast.random(configuration))
        let clip = Tensor.uniform([32, 64, 48, 3], 0, 255, seed: 1, stream: 0).to(.uint8)
        #expect(mismatch(small.encode(clip: clip), large.encode(clip: clip)) == nil)
    }

    @Test("has random weights that depend on the seed alone")
    func randomWeights() {
        let clip = tinyClip()
        let first = SlowFast.random(tinySlowFast, seed: 3).encode(clip: clip)
        #expect(SlowFast.random(tinySlowFast, seed: 3).encode(clip: clip).floats() == first.floats())
        #expect(SlowFast.random(tinySlowFast, seed: 4).encode(clip: clip).floats() != first.floats())
    }

    @Test("folds a batch normalisation into its convolution")
    func folding() throws {
        let weights = SlowFastWeights.random(tinySlowFast, seed: 5)
        let place = weights.architecture.stems[1]
        let names = weights.layout.normSuffixes.map { place.norm.pySlowFast + $0 }
        let values = names.enumerated().map { Tensor.uniform([2], 0.5, 2, seed: 9, stream: UInt64($0.offset)) }
        withoutGradient { for (name, value) in zip(names, values) { weights.store[name]!.inPlaceCopy(value) } }
        let x = Tensor.normal([1, 3, 5, 16, 16], deviation: 1, seed: 6, stream: 0)
        let (weight, bias) = withoutGradient { weights.folded(place) }
        let expected = withoutGradient {
            x.convolution(weights.store[place.weight.pySlowFast]!, stride: place.stride, padding: place.padding)
                .batchNorm(values[0], values[1], mean: values[2], variance: values[3], training: false)
        }
        #expect(mismatch(x.convolution(weight, bias, stride: place.stride, padding: place.padding), expected) == nil)
    }

    @Test("gives the same for clips together as for each alone")
    func severalClips() {
        let encoder = SlowFast.random(tinySlowFast)
        let clips = (1...5).map { tinyClip(seed: UInt64($0)) }
        let together = encoder.encode(clips: clips)
        #expect(together.shape == [5, 320])
        for (index, clip) in clips.enumerated() {
            #expect(mismatch(together[index], encoder.encode(clip: clip)) == nil, "clip \(index)")
        }
        #expect(encoder.encode(clips: [clips[0]]).shape == [1, 320])
    }
}
