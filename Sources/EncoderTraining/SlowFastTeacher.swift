import Encoders
import Foundation
import SmallWorld
import TensorFiles
import Torch

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
        learner = SlowFastLearner(model, seed: configuration.seed, device: configuration.chosenDevice)
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
        noise = CodecNoise(share: configuration.world.codecNoise, device: configuration.chosenDevice)
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
        let (features, map) = learner.featuresAndMap(clips(batch, random), ofStage: MotionSamples.placeStage)
        let count = ActionClip.labels.count
        let labels = Tensor(batch.flatMap(\.labels), shape: [batch.count, count]).to(store.device)
        let whole = learner.logits(features).binaryCrossEntropy(withLogits: labels).sum(1).mean()
        let places = Tensor(batch.flatMap(\.placeLabels), shape: [batch.count, placeSide * placeSide, count])
            .to(store.device)
        let channels = map.reshaped(batch.count, -1, placeSide * placeSide)
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
        }.to(store.device)
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
