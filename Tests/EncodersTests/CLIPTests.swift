import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Encoders

@Suite("CLIP")
struct CLIPTests {
    private static var configuration: CLIPConfiguration {
        var configuration = CLIPConfiguration.tiny
        configuration.imageSize = 64
        configuration.vocabularySize = SmallVocabulary.count
        return configuration
    }

    private func model() throws -> CLIP {
        try CLIP(Self.configuration, tokenizer: BytePairTokenizer(merges: SmallVocabulary.merges), seed: 5)
    }

    /// A folder of its own, with a vocabulary, gone afterwards.
    private func inFolder(_ body: (URL, URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let vocabulary = folder.appendingPathComponent("merges.txt")
        try Data(SmallVocabulary.text.utf8).write(to: vocabulary)
        try body(folder.appendingPathComponent("model"), vocabulary)
    }

    @Test("a sentence is the same alone and beside a longer one, and a picture in any batch")
    func batches() throws {
        let clip = try model()
        let alone = try clip.encode(sentences: ["the dog"])[0]
        let beside = try clip.encode(sentences: ["the dog runs and runs", "the dog"])[1]
        #expect(alone.words.shape == [4, 64])
        #expect(mismatch(alone.words, beside.words) == nil)
        #expect(mismatch(alone.pooled, beside.pooled) == nil)
        let images = Tensor.normal([11, 3, 64, 64], seed: 1, stream: 1)
        let all = clip.encode(images: images)
        #expect(all.shape == [11, 64])
        #expect(mismatch(all.slice(0, 9, 10), clip.encode(images: images.slice(0, 9, 10))) == nil)
        #expect(try clip.encode(sentences: []).isEmpty)
    }

    @Test("whole numbers give nearly the same vectors under another name, and the same ones in any batch")
    func wholeNumbers() throws {
        // Width and depth of ViT-B/32's image tower, with fewer patches.
        var configuration = CLIPConfiguration.vitB32
        (configuration.imageSize, configuration.vocabularySize) = (96, 514)
        (configuration.textWidth, configuration.textLayers, configuration.textHeads) = (64, 1, 1)
        let exact = try CLIP(configuration, seed: 5)
        let fast = try CLIP(configuration, precision: .int8, seed: 5)
        #expect(exact.identifier == "clip-vit-768x12-32" && fast.identifier == "clip-vit-768x12-32-int8")
        let images = Tensor.normal([5, 3, 96, 96], seed: 1, stream: 1)
        let (wanted, found) = (exact.encode(images: images), fast.encode(images: images))
        for row in 0..<5 {
            let (a, b) = (wanted[row], found[row])
            #expect((a * b).sum().item() / (a.norm().item() * b.norm().item()) > 0.995)
        }
        #expect(found.floats() != wanted.floats())
        #expect(fast.encode(images: images.slice(0, 3, 4)).floats() == found[3].floats())
        #expect(exact.encode(images: .zeros([0, 3, 96, 96])).shape == [0, 512])
    }

    @Test(
        "what is written in a published layout is read back as it was, vocabulary and sizes included",
        arguments: CLIP.Layout.allCases)
    func roundTrip(_ layout: CLIP.Layout) throws {
        try inFolder { folder, vocabulary in
            let clip = try model()
            try clip.save(to: folder, layout: layout, vocabulary: vocabulary)
            let read = try CLIP(contentsOf: folder)
            #expect(read.configuration == clip.configuration)
            let images = Tensor.normal([2, 3, 64, 64], seed: 1, stream: 1)
            #expect(read.encode(images: images).floats() == clip.encode(images: images).floats())
            let words = try [read, clip].map { try $0.encode(sentences: ["the dog runs"])[0].words.floats() }
            #expect(words[0] == words[1])
        }
    }

    @Test("a file that lacks arrays, has others or wrong ones is refused with all of them named")
    func partial() throws {
        try inFolder { folder, vocabulary in
            let clip = try model()
            try clip.save(to: folder, vocabulary: vocabulary)
            let url = folder.appendingPathComponent("model.safetensors")
            let file = try SafetensorsFile(contentsOf: url)
            var arrays = OrderedTensors()
            for (name, array) in file.all where name != "visual.proj" { arrays[name] = array }
            arrays["surprise"] = StoredTensor([Float(1)])
            arrays["ln_final.bias"] = StoredTensor([Float(1)])
            try SafetensorsFile.write(arrays, metadata: file.metadata, to: url)
            let error = try #require(#expect(throws: StateMismatch.self) { try CLIP(contentsOf: folder) })
            #expect(error.missing == ["visual.proj"])
            #expect(error.unexpected == ["surprise"])
            #expect(error.misshapen.map(\.name) == ["ln_final.bias"])
        }
    }

    @Test("what is no CLIP is said to be none: another model, a ResNet, an empty folder, two files")
    func wrongFiles() throws {
        try inFolder { folder, _ in
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            #expect(throws: CLIPError.noWeights(folder: folder.path)) { try CLIP(contentsOf: folder) }
            let url = folder.appendingPathComponent("a.safetensors")
            try SafetensorsFile.write(["fc.weight": StoredTensor([Float(1)])], metadata: [:], to: url)
            #expect(
                "\(try #require(#expect(throws: CLIPError.self) { try CLIP(contentsOf: url) }))".contains("fc.weight"))
            try SafetensorsFile.write(["visual.layer1.0.weight": StoredTensor([Float(1)])], metadata: [:], to: url)
            #expect("\(try #require(#expect(throws: CLIPError.self) { try CLIP(contentsOf: url) }))".contains("ResNet"))
            try Data("x".utf8).write(to: folder.appendingPathComponent("b.pt"))
            #expect(throws: CLIPError.severalWeights(folder: folder.path, files: ["a.safetensors", "b.pt"])) {
                try CLIP(contentsOf: folder)
            }
        }
    }

    @Test("without a vocabulary images are encoded and sentences are refused; another model's vocabulary is refused")
    func noVocabulary() throws {
        let clip = try CLIP(Self.configuration)
        #expect(throws: CLIPError.noVocabulary) { try clip.encode(sentences: ["the dog"]) }
        #expect(throws: CLIPError.vocabularySize(tokens: 514, vocabulary: SmallVocabulary.count)) {
            try CLIP(.tiny, tokenizer: BytePairTokenizer(merges: SmallVocabulary.merges))
        }
    }

    @Test("bytes become numbers around zero, channel by channel")
    func normalization() {
        let frames = Tensor([UInt8](repeating: 255, count: 12) + [UInt8](repeating: 0, count: 12), shape: [2, 2, 2, 3])
        let images = FrameNormalization.clip(frames)
        #expect(images.shape == [2, 3, 2, 2])
        #expect(abs(images[0, 0, 0, 0].item() - (1 - 0.48145466) / 0.26862954) < 1e-5)
        #expect(abs(images[1, 2, 1, 1].item() + 0.40821073 / 0.27577711) < 1e-5)
    }
}
