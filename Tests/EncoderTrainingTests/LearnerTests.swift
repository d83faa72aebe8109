import Encoders
import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import EncoderTraining

@Suite struct LearnerTests {
    @Test func slowFastLoadsWhatItsLearnerWrites() throws {
        try withFolder { folder in
            let configuration = tinyEncoders(folder)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let teacher = SlowFastTeacher(configuration)
            // A step in training moves the running statistics too.
            teacher.store.isTraining = true
            teacher.loss(teacher.batches(0), random: RandomSource(seed: 1)).backward()
            teacher.store.isTraining = false
            #expect(teacher.store.parameters.allSatisfy { $0.tensor.gradient != nil })
            try teacher.write()
            let file = folder.appendingPathComponent("slowfast.safetensors")
            let loaded = try SlowFast(contentsOf: file)
            #expect(loaded.configuration.frames == 8 && loaded.configuration.cropSize == 32)
            #expect(loaded.configuration.blocks == [1, 1, 1, 1])
            let arrays = try SafetensorsFile(contentsOf: file).all
            #expect(arrays.allSatisfy { $0.tensor.dtype == .float16 })
            // What only learning needs stays behind.
            #expect(teacher.store.arrays.names.contains("places.weight"))
            #expect(!arrays.names.contains { $0.hasPrefix("places.") })

            let learner = SlowFastLearner(loaded.configuration, seed: 9)
            try learner.store.load(arrays)
            let clip = Tensor.uniform([8, 32, 32, 3], 0, 255, seed: 2, stream: 0).to(.uint8)
            let expected = withoutGradient { learner.features(clip.unsqueezed(0)).squeezed(0) }
            #expect(mismatch(loaded.encode(clip: clip), expected, relative: 1e-3, absolute: 1e-3) == nil)
        }
    }

    @Test func clipLoadsWhatItsTeacherWrites() throws {
        try withFolder { folder in
            let teacher = try CLIPTeacher(tinyEncoders(folder))
            try teacher.write()
            let loaded = try CLIP(contentsOf: folder.appendingPathComponent("clip"))
            #expect(loaded.configuration == teacher.clip.configuration)
            let images = Tensor.normal([2, 3, 32, 32], seed: 1, stream: 0)
            #expect(
                mismatch(
                    loaded.encode(images: images), teacher.clip.encode(images: images), relative: 1e-2, absolute: 1e-2)
                    == nil)
            let sentence = "The red star spins."
            let (own, other) = (
                try teacher.clip.encode(sentences: [sentence])[0], try loaded.encode(sentences: [sentence])[0]
            )
            #expect(own.words.size(0) == 7)
            #expect(mismatch(other.pooled, own.pooled, relative: 1e-2, absolute: 1e-2) == nil)
        }
    }

    @Test func recordedEmbeddingsAreThoseOfInference() throws {
        let clip = try CLIPTeacher(tinyEncoders(URL(fileURLWithPath: "/nowhere"))).clip
        let images = Tensor.normal([2, 3, 32, 32], seed: 1, stream: 0)
        let recorded = clip.embeddings(images: images)
        #expect(recorded.requiresGradient)
        #expect(mismatch(recorded.detached(), clip.encode(images: images)) == nil)
        let tokens = [[clip.tokenizer!.start, 5, clip.tokenizer!.end], [clip.tokenizer!.start, clip.tokenizer!.end]]
        let pooled = Tensor.stacked(clip.encode(tokens: tokens).map(\.pooled))
        #expect(mismatch(clip.embeddings(tokens: tokens).detached(), pooled) == nil)
    }

    @Test func stepsOnOneBatchLowerTheLoss() throws {
        let configuration = tinyEncoders(URL(fileURLWithPath: "/nowhere"))
        let clip = losses(of: try CLIPTeacher(configuration), steps: 40, learningRate: 5e-3)
        #expect(clip[39] < 0.7 * clip[0])
        let slowFast = losses(of: SlowFastTeacher(configuration), steps: 40, learningRate: 5e-3)
        #expect(slowFast[39] < 0.6 * slowFast[0])
    }
}

/// The losses of steps on one batch.
private func losses<Part: Lessons>(of lessons: Part, steps: Int, learningRate: Double) -> [Double] {
    let optimiser = AdamW(lessons.store.parameters, learningRate: learningRate)
    let batch = lessons.batches(0)
    lessons.store.isTraining = true
    return (0..<steps).map { _ in
        lessons.store.clearGradients()
        let loss = lessons.loss(batch, random: RandomSource(seed: 1))
        loss.backward()
        optimiser.step()
        lessons.limit()
        return loss.item()
    }
}

@Suite struct EncoderTrainerTests {
    @Test(arguments: EncoderTrainer.Kind.allCases) func aStoppedRunGoesOnAsIfItHadNot(_ kind: EncoderTrainer.Kind)
        throws
    {
        try withFolder { folder in
            var whole = tinyEncoders(folder.appendingPathComponent("whole"))
            whole.output.halfPrecision = false
            var parts = whole
            parts.output.directory = folder.appendingPathComponent("parts").path
            try EncoderTrainer(whole).run([kind])
            var steps = 0
            #expect(throws: EncoderTrainingError.self) {
                try EncoderTrainer(
                    parts,
                    isWanted: {
                        steps += 1; return steps < 3
                    }
                ).run([kind])
            }
            #expect(steps == 3)
            #expect(throws: EncoderTrainingError.self) { _ = try EncoderTrainer(parts) }
            var changed = parts
            changed.seed = 4
            #expect(throws: EncoderTrainingError.self) { try EncoderTrainer(changed, resuming: true).run([kind]) }
            try EncoderTrainer(parts, resuming: true).run([kind])
            let name = kind == .clip ? "clip/model.safetensors" : "slowfast.safetensors"
            let expected = try Data(
                contentsOf: URL(fileURLWithPath: whole.output.directory).appendingPathComponent(name))
            let found = try Data(contentsOf: URL(fileURLWithPath: parts.output.directory).appendingPathComponent(name))
            #expect(found == expected)
            let metrics = URL(fileURLWithPath: parts.output.directory).appendingPathComponent("metrics.jsonl")
            #expect(try String(contentsOf: metrics, encoding: .utf8).split(separator: "\n").count == 2)
        }
    }

    @Test func nothingToResumeIsSaid() throws {
        try withFolder { folder in
            #expect(throws: EncoderTrainingError.self) { _ = try EncoderTrainer(tinyEncoders(folder), resuming: true) }
        }
    }
}

/// Skipped where there is no GPU.
@Suite(.enabled(if: !Device.gpus.isEmpty), .serialized) struct GPULearnerTests {
    @Test(arguments: EncoderTrainer.Kind.allCases) func aGPUsLessonsGoWhereTheProcessorsDo(_ kind: EncoderTrainer.Kind)
        throws
    {
        func found(_ device: String) throws -> Tensor {
            var configuration = tinyEncoders(URL(fileURLWithPath: "/nowhere"))
            configuration.device = device
            return Tensor(
                kind == .clip
                    ? losses(of: try CLIPTeacher(configuration), steps: 10, learningRate: 1e-3)
                    : losses(of: SlowFastTeacher(configuration), steps: 10, learningRate: 1e-3))
        }
        #expect(mismatch(try found("cuda"), try found("cpu"), relative: 1e-2, absolute: 1e-2) == nil)
    }
}
