import Encoders
import Foundation
import Media
import SmallWorld
import TensorFiles
import Torch

/// Short clips for SlowFast, each with what is done in it and by whom.
struct MotionSamples: Sendable {
    let world: World
    let scenes: Int
    let model: SlowFastConfiguration
    let anywhere: Double
    /// The share of clips, at a step, that show nobody but those who act.
    let alone: @Sendable (_ step: Int) -> Double
    let seed: UInt64

    struct Sample: Sendable {
        /// T×H×W×3 bytes.
        let pixels: [UInt8]
        /// For each of ``ActionClip/labels`` 1 or 0.
        let labels: [Float]
        /// The same for each place: rows, columns, labels.
        let placeLabels: [Float]
    }

    /// Seconds of a clip, as features have them.
    static let length = 2.0
    /// The stage whose places are taught: small enough that a place sees a whole thing, large enough that it sees one.
    static let placeStage = 2
    /// Rows and columns of that stage: the stem, its pooling and every stage but the first halve them.
    var placeSide: Int { (0..<(Self.placeStage + 2)).reduce(model.cropSize) { side, _ in (side + 1) / 2 } }

    /// A step's samples, each of a scene of its own.
    func batch(step: Int, count: Int) -> [Sample] {
        (0..<count).map { sample(seed: seed &+ UInt64(step) &* 0x1_0000 &+ UInt64($0), alone: alone(step)) }
    }

    private func sample(seed: UInt64, alone: Double) -> Sample {
        var random = WorldRandom(seed: seed, "motion")
        let scene = world.scene(.train, random.integer(0...(scenes - 1)))
        // Actions before events, so that the rare ones are shown as often.
        let action = random.pick(Action.allCases.filter { action in scene.events.contains { $0.action == action } })
        let event = random.pick(scene.events.filter { $0.action == action })
        let frame =
            random.chance(anywhere)
            ? random.integer(0...(scene.frameCount - 1))
            : random.integer(event.frames.lowerBound...(event.frames.upperBound - 1))
        return sample(of: scene, around: frame, cast: random.chance(alone) ? event.cast : nil)
    }

    /// The clip around a frame, as far as the scene has one; of some actors only where a cast is given.
    func sample(of scene: Scene, around frame: Int, cast: Set<Int>? = nil) -> Sample {
        let middle = Double(frame) / Double(scene.frameRate)
        let start = min(max(middle - Self.length / 2, 0), scene.duration - Self.length)
        // What the extractor's sampling shows of the clip; less than all of it where the frame rate is low.
        let times = times(rate: scene.frameRate, from: (start * Double(scene.frameRate)).rounded(.down))
        let seen = (times.last ?? start) - start
        let renderer = SceneRenderer(scene, square: model.cropSize, cast: cast)
        var drawn: [Double: [UInt8]] = [:]
        var pixels: [UInt8] = []
        for time in times {
            let frame = drawn[time] ?? renderer.frame(at: time).pixels
            drawn[time] = frame
            pixels += frame
        }
        let clip = scene.clip(from: start, length: seen, least: min(0.6, seen / 2), cast: cast)
        let places = scene.placeLabels(of: clip, at: Array(drawn.keys), side: placeSide, cast: cast)
        return Sample(
            pixels: pixels, labels: scene.labels(of: clip).map { $0 ? 1 : 0 }, placeLabels: places.map { $0 ? 1 : 0 })
    }

    /// The times of the source's frames that a clip's samples show, from a frame of the source on.
    private func times(rate: Int, from first: Double) -> [Double] {
        let sampler = ClipFrameSampler<Int>(
            clipLength: ClipLength(2), sourceRate: Double(rate), frames: model.frames)
        let stream = Double(ClipFrameSampler<Int>.streamRate)
        return sampler.positions.map { position in
            // The last frame that starts before the middle of the stream's.
            let offset = ((Double(position) + 0.5) / stream * Double(rate)).rounded(.up) - 1
            return (first + max(offset, 0)) / Double(rate)
        }
    }
}

/// Teaches SlowFast what is done in a clip, and the shapes and colours of those who do it: so that a feature says who acts.
final class SlowFastTeacher: Lessons {
    let name = "slowfast"
    let batches: @Sendable (Int) -> [MotionSamples.Sample]
    private let learner: SlowFastLearner
    /// Reads the labels off a place's channels. It learns with the network and is not written with it.
    private let placeWeight, placeBias: Tensor
    private let placeSide: Int
    private let placeShare: Double
    private let noise: CodecNoise
    private let file: URL
    private let isHalved: Bool
    private let validation: [(sample: MotionSamples.Sample, action: Int, shape: Int, colour: Int)]

    var store: ParameterStore { learner.store }

    init(_ configuration: EncoderTrainingConfiguration) {
        var model = configuration.slowfast.model
        model.classes = ActionClip.labels.count
        learner = SlowFastLearner(model, seed: configuration.seed)
        let root = learner.store.root
        let channels = model.channels(stage: MotionSamples.placeStage)
        placeWeight = root.parameter(
            Self.placeNames[0], [ActionClip.labels.count, channels], .normal(deviation: 0.01))
        placeBias = root.parameter(Self.placeNames[1], [ActionClip.labels.count], .constant(-4))
        let (atFirst, learning) = (configuration.slowfast.alone, configuration.slowfast.learning)
        let steps = Double(max(learning.epochs * learning.stepsPerEpoch, 1))
        let samples = MotionSamples(
            world: World(seed: configuration.world.seed), scenes: configuration.world.scenes, model: model,
            anywhere: configuration.slowfast.anywhere, alone: { atFirst * max(0, 1 - Double($0) / steps) },
            seed: configuration.seed)
        placeSide = samples.placeSide
        placeShare = configuration.slowfast.places
        let count = learning.batchSize
        batches = { samples.batch(step: $0, count: count) }
        noise = CodecNoise(share: configuration.world.codecNoise)
        file = URL(fileURLWithPath: configuration.output.directory).appendingPathComponent("slowfast.safetensors")
        isHalved = configuration.output.halfPrecision
        validation = Self.validation(samples, count: configuration.world.validationScenes)
    }

    private static let placeNames = ["places.weight", "places.bias"]

    /// The binary cross entropies of all labels, added up, and a share of those of the places.
    ///
    /// What a clip shows as a whole says little of where to look: with it alone a network of this size needs 30,000 clips
    /// before it tells one action from another.
    func loss(_ batch: [MotionSamples.Sample], random: RandomSource) -> Tensor {
        let (features, maps) = learner.featuresAndMaps(clips(batch, random))
        let count = ActionClip.labels.count
        let labels = Tensor(batch.flatMap(\.labels), shape: [batch.count, count])
        let whole = learner.logits(features).binaryCrossEntropy(withLogits: labels).sum(1).mean()
        let places = Tensor(batch.flatMap(\.placeLabels), shape: [batch.count, placeSide * placeSide, count])
        let channels = maps[MotionSamples.placeStage].reshaped(batch.count, -1, placeSide * placeSide)
        let seen = channels.transposed(1, 2).linear(placeWeight, placeBias)
        return whole + seen.binaryCrossEntropy(withLogits: places).sum(1, 2).mean() * placeShare
    }

    /// In percent, on clips in which one thing acts: how often its action, shape and colour have the greatest number of
    /// their kind.
    func figures() -> [(name: String, value: Double)] {
        var right = [0, 0, 0]
        let kinds = [Action.allCases.count, Shape.allCases.count, Colour.allCases.count]
        for start in stride(from: 0, to: validation.count, by: 16) {
            let part = validation[start..<min(start + 16, validation.count)]
            let logits = withoutGradient {
                learner.logits(learner.features(clips(part.map(\.sample), nil)))
            }
            var first = 0
            for (kind, count) in kinds.enumerated() {
                let best = logits.slice(1, first, first + count).argmax(1).ints()
                for (row, truth) in zip(best, part.map { [$0.action, $0.shape, $0.colour][kind] }) where row == truth {
                    right[kind] += 1
                }
                first += count
            }
        }
        let names = ["action_accuracy", "shape_accuracy", "colour_accuracy"]
        return zip(names, right).map { ($0, 100 * Double($1) / Double(max(validation.count, 1))) }
            + [("chance_action", 100 / Double(Action.allCases.count))]
    }

    func write() throws {
        var arrays = isHalved ? learner.arrays.halved : learner.arrays
        for name in Self.placeNames { arrays[name] = nil }
        var metadata = learner.metadata
        metadata["classes"] = ActionClip.labels.joined(separator: " ")
        try SafetensorsFile.write(arrays, metadata: metadata, to: file)
    }

    /// B×T×H×W×3; spoiled where there is something to draw from, all frames of a clip alike.
    private func clips(_ batch: [MotionSamples.Sample], _ random: RandomSource?) -> Tensor {
        let model = learner.configuration
        let (frames, side) = (model.frames, model.cropSize)
        let bytes = batch.flatMap(\.pixels)
        let clips = bytes.withUnsafeBytes {
            Tensor(copying: $0, shape: [batch.count, frames * side, side, 3], dtype: .uint8)
        }
        return (random.map { noise(clips, $0) } ?? clips).reshaped(batch.count, frames, side, side, 3)
    }

    /// Clips of validation scenes in which one event is shown, and is what the split shows too.
    private static func validation(
        _ samples: MotionSamples, count: Int
    ) -> [(MotionSamples.Sample, Int, Int, Int)] {
        (0..<count).compactMap { index in
            let scene = samples.world.scene(.val, index)
            var random = WorldRandom(seed: UInt64(index), "validation")
            let alone = scene.events.filter { event in
                event.action != .collide && !scene.events.contains { $0 != event && $0.frames.overlaps(event.frames) }
            }
            guard !alone.isEmpty else { return nil }
            let event = random.pick(alone)
            let sample = samples.sample(of: scene, around: (event.frames.lowerBound + event.frames.upperBound) / 2)
            func place(_ range: Range<Int>) -> Int? {
                sample.labels[range].firstIndex(of: 1).map { $0 - range.lowerBound }
            }
            let (actions, shapes) = (Action.allCases.count, Shape.allCases.count)
            guard let action = place(0..<actions), let shape = place(actions..<(actions + shapes)),
                let colour = place((actions + shapes)..<sample.labels.count)
            else { return nil }
            return (sample, action, shape, colour)
        }
    }
}
