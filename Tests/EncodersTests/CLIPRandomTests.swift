import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Encoders

@Suite("CLIP with random weights")
struct CLIPRandomTests {
    private static var configuration: CLIPConfiguration {
        var configuration = CLIPConfiguration.tiny
        configuration.imageSize = 64
        configuration.vocabularySize = 600
        return configuration
    }

    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test("the written folder is the model of the same seed, in every layout", arguments: CLIP.Layout.allCases)
    func written(_ layout: CLIP.Layout) throws {
        try inFolder { folder in
            try CLIP.writeRandomWeights(Self.configuration, seed: 3, layout: layout, to: folder)
            let read = try CLIP(contentsOf: folder)
            let words = try [read, .random(Self.configuration, seed: 3), .random(Self.configuration, seed: 4)].map {
                try $0.encode(sentences: ["a dog runs"])[0].words.floats()
            }
            #expect(words[0] == words[1])
            #expect(words[0] != words[2])
            #expect(read.identifier == "clip-vit-64x2-32")
        }
    }

    @Test("half weights with OpenAI's three sizes among them, and OpenCLIP's with a prefix, are read")
    func variants() throws {
        try inFolder { folder in
            let clip = try CLIP.random(Self.configuration, seed: 3)
            try clip.save(to: folder)
            let url = folder.appendingPathComponent("model.safetensors")
            let plain = try SafetensorsFile(contentsOf: url)
            var (openAI, openCLIP) = (OrderedTensors(), OrderedTensors())
            for (name, array) in plain.all {
                openAI[name] = StoredTensor(Tensor(array).to(.float16))
                openCLIP["module." + name] = array
            }
            for name in ["input_resolution", "context_length", "vocab_size"] { openAI[name] = StoredTensor([Float(1)]) }
            let images = Tensor.normal([2, 3, 64, 64], seed: 1, stream: 1)
            let wanted = clip.encode(images: images)
            try SafetensorsFile.write(openCLIP, metadata: plain.metadata, to: url)
            #expect(try CLIP(contentsOf: folder).encode(images: images).floats() == wanted.floats())
            try SafetensorsFile.write(openAI, metadata: plain.metadata, to: url)
            let half = try CLIP(contentsOf: folder).encode(images: images)
            #expect(half.dtype == .float32)
            #expect(((half - wanted).squared().sum() / wanted.squared().sum()).item() < 1e-4)
        }
    }

    @Test(
        "a made-up vocabulary has as many tokens as are asked for, up to two bytes' pairs",
        arguments: [514, 600, 49408])
    func vocabulary(_ tokens: Int) throws {
        let merges = try #require(BytePairTokenizer.madeUpMerges(tokens: tokens))
        #expect(try BytePairTokenizer(merges: merges).count == tokens)
        #expect(BytePairTokenizer.madeUpMerges(tokens: 513) == nil)
    }
}
