import Encoders
import Foundation
import Media
import SmallWorld
import TensorFiles
import Torch
import WholeFiles

/// Pictures and sentences for CLIP: frames of training scenes, each with what is seen or what happens.
struct PictureSamples: Sendable {
    let world: World
    let scenes: Int
    let side: Int
    let captions: Double
    let seed: UInt64

    struct Sample: Sendable {
        let frame: Frame
        let sentence: String
    }

    /// A step's samples, each of a scene of its own.
    func batch(step: Int, count: Int) -> [Sample] {
        (0..<count).map { sample(seed: seed &+ UInt64(step) &* 0x1_0000 &+ UInt64($0)) }
    }

    private func sample(seed: UInt64) -> Sample {
        var random = WorldRandom(seed: seed, "picture")
        while true {
            let scene = world.scene(.train, random.integer(0...(scenes - 1)))
            let event = random.pick(scene.events)
            let frame = random.integer(event.frames.lowerBound...(event.frames.upperBound - 1))
            let time = Double(frame) / Double(scene.frameRate)
            let caption = random.chance(captions) ? scene.caption(at: time, seed: random.next()) : nil
            guard let sentence = caption ?? scene.sentence(about: event, seed: random.next())?.text else { continue }
            return Sample(frame: SceneRenderer(scene, square: side).frame(at: time), sentence: sentence)
        }
    }
}

/// Teaches CLIP by contrast: each picture belongs to its sentence and to no other of the batch (Radford et al., 2021).
final class CLIPTeacher: Lessons {
    let name = "clip"
    let clip: CLIP
    let batches: @Sendable (Int) -> [PictureSamples.Sample]
    private let vocabulary: WorldVocabulary
    private let noise: CodecNoise
    private let folder: URL
    private let isHalved: Bool
    private let validation: [(frame: Frame, caption: String, sentence: String)]

    var store: ParameterStore { clip.store }

    init(_ configuration: EncoderTrainingConfiguration) throws {
        vocabulary = WorldVocabulary()
        let tokenizer = try BytePairTokenizer(merges: vocabulary.merges)
        var model = configuration.clip.model
        model.vocabularySize = tokenizer.count
        clip = try CLIP(model, tokenizer: tokenizer, seed: configuration.seed, device: configuration.chosenDevice)
        let samples = PictureSamples(
            world: World(seed: configuration.world.seed), scenes: configuration.world.scenes, side: model.imageSize,
            captions: configuration.clip.captions, seed: configuration.seed)
        let count = configuration.clip.learning.batchSize
        batches = { samples.batch(step: $0, count: count) }
        noise = CodecNoise(share: configuration.world.codecNoise, device: configuration.chosenDevice)
        folder = URL(fileURLWithPath: configuration.output.directory).appendingPathComponent("clip")
        isHalved = configuration.output.halfPrecision
        validation = Self.validation(samples.world, count: configuration.world.validationScenes, side: model.imageSize)
    }

    func loss(_ batch: [PictureSamples.Sample], random: RandomSource) -> Tensor {
        let pictures = noise(.stacked(frames: batch.map(\.frame)).to(store.device), random)
        let images = clip.embeddings(images: FrameNormalization.clip(pictures)).normalized()
        let sentences = clip.embeddings(tokens: batch.map { tokens($0.sentence) }).normalized()
        let logits = images.matmul(sentences.transposed()) * clip.logitScale.exp()
        let own = Tensor.range(0..<batch.count, device: store.device)
        return (logits.crossEntropy(own).mean() + logits.transposed().contiguous().crossEntropy(own).mean()) / 2
    }

    /// CLIP keeps the scale below 100.
    func limit() {
        withoutGradient { clip.logitScale.inPlaceCopy(clip.logitScale.clamped(max: 4.6052)) }
    }

    /// How often the right one of all validation scenes is first, or among the first five: pictures and full captions both
    /// ways, and pictures by the sentence of an event, which a picture alone decides only in part.
    func figures() -> [(name: String, value: Double)] {
        let frames = Tensor.stacked(frames: validation.map(\.frame)).to(store.device)
        let images = withoutGradient { clip.embeddings(images: FrameNormalization.clip(frames)).normalized() }
        let captions = encoded(validation.map(\.caption))
        let sentences = encoded(validation.map(\.sentence))
        let both = withoutGradient {
            (images.matmul(captions.transposed()), images.matmul(sentences.transposed()))
        }
        return [
            ("image_to_caption_R1", Self.recall(both.0, 1)), ("image_to_caption_R5", Self.recall(both.0, 5)),
            ("caption_to_image_R1", Self.recall(both.0.transposed(), 1)),
            ("caption_to_image_R5", Self.recall(both.0.transposed(), 5)),
            ("sentence_to_image_R1", Self.recall(both.1.transposed(), 1)),
            ("sentence_to_image_R5", Self.recall(both.1.transposed(), 5)),
            ("chance_R1", 100 / Double(validation.count)),
        ]
    }

    func write() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(vocabulary.text.utf8).writeWhole(to: folder.appendingPathComponent("merges.txt"))
        try clip.save(to: folder)
        guard isHalved else { return }
        let file = folder.appendingPathComponent("model.safetensors")
        let written = try SafetensorsFile(contentsOf: file)
        try SafetensorsFile.write(written.all.halved, metadata: written.metadata, to: file)
    }

    private func tokens(_ sentence: String) -> [Int] {
        clip.tokenizer?.tokens(sentence, limit: clip.configuration.contextLength) ?? []
    }

    private func encoded(_ sentences: [String]) -> Tensor {
        let all = sentences.map(tokens)
        let parts = stride(from: 0, to: all.count, by: 64).map { start in
            Tensor.stacked(clip.encode(tokens: Array(all[start..<min(start + 64, all.count)])).map(\.pooled))
        }
        return withoutGradient { Tensor.concatenated(parts, 0).normalized() }
    }

    /// In percent: rows whose own column is among the greatest `count`.
    private static func recall(_ similarities: Tensor, _ count: Int) -> Double {
        let best = similarities.top(min(count, similarities.size(1)), 1).indices
        let (rows, columns) = (best.size(0), best.size(1))
        let values = best.contiguous().ints()
        let found = (0..<rows).count { row in values[(row * columns)..<((row + 1) * columns)].contains(row) }
        return 100 * Double(found) / Double(rows)
    }

    /// A frame, a full caption and an event's sentence of every scene that has them.
    private static func validation(_ world: World, count: Int, side: Int) -> [(Frame, String, String)] {
        (0..<count).compactMap { index in
            let scene = world.scene(.val, index)
            var random = WorldRandom(seed: UInt64(index), "validation")
            let event = random.pick(scene.events)
            let time = (scene.span(of: event).start + scene.span(of: event).end) / 2
            guard let caption = scene.caption(at: time, seed: random.next(), isFull: true),
                let sentence = scene.sentence(about: event, seed: random.next())
            else { return nil }
            return (SceneRenderer(scene, square: side).frame(at: time), caption, sentence.text)
        }
    }
}

extension Tensor {
    /// Frames of one size as bytes: N×H×W×3.
    static func stacked(frames: [Frame]) -> Tensor {
        let first = frames[0]
        let bytes = frames.flatMap(\.pixels)
        return bytes.withUnsafeBytes {
            Tensor(copying: $0, shape: [frames.count, first.height, first.width, 3], dtype: .uint8)
        }
    }
}
