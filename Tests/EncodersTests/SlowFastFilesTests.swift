import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Encoders

@Suite("SlowFast's weights")
final class SlowFastFilesTests {
    private let folder: URL
    private let seed: UInt64 = 7

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("moments-slowfast-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func arrays(_ layout: SlowFastLayout) -> OrderedTensors {
        SlowFast.randomArrays(tinySlowFast, seed: seed, layout: layout)
    }

    /// Loads a file and compares its features with those of the network that it was made from.
    private func check(_ url: URL, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let loaded = try SlowFast(contentsOf: url, cropSize: tinySlowFast.cropSize)
        let expected = SlowFast.random(tinySlowFast, seed: seed).encode(clip: tinyClip())
        #expect(loaded.configuration.width == tinySlowFast.width, sourceLocation: sourceLocation)
        #expect(mismatch(loaded.encode(clip: tinyClip()), expected) == nil, sourceLocation: sourceLocation)
    }

    /// What a file with these arrays is refused with.
    private func refusal(_ arrays: OrderedTensors) throws -> StateMismatch? {
        let url = folder.appendingPathComponent("wrong.safetensors")
        try SafetensorsFile.write(arrays, to: url)
        return #expect(throws: StateMismatch.self) { try SlowFast(contentsOf: url) }
    }

    @Test("come from safetensors under each of the three namings", arguments: SlowFastLayout.allCases)
    func safetensors(_ layout: SlowFastLayout) throws {
        let url = folder.appendingPathComponent("weights.safetensors")
        try SlowFast.writeRandomWeights(tinySlowFast, seed: seed, layout: layout, to: url)
        #expect(try SafetensorsFile(contentsOf: url).names.count == 552)
        try check(url)
    }

    @Test("tell the network's depth by their names", arguments: SlowFastLayout.allCases)
    func depth(_ layout: SlowFastLayout) throws {
        var deeper = tinySlowFast
        deeper.blocks = [3, 4, 7, 2]
        let url = folder.appendingPathComponent("weights.safetensors")
        try SlowFast.writeRandomWeights(deeper, seed: seed, layout: layout, to: url)
        let loaded = try SlowFast(contentsOf: url, cropSize: deeper.cropSize)
        #expect(loaded.configuration.blocks == deeper.blocks)
        #expect(loaded.identifier == "slowfast-8x8-r3.4.7.2-width-8-2")
        let expected = SlowFast.random(deeper, seed: seed).encode(clip: tinyClip(deeper))
        #expect(mismatch(loaded.encode(clip: tinyClip(deeper)), expected) == nil)
    }

    @Test("come from the model zoo's pickle, whose other arrays are passed over")
    func caffe2() throws {
        var arrays = arrays(.caffe2)
        arrays["conv1_w_momentum"] = arrays["conv1_w"]
        arrays["lr"] = StoredTensor([0.1] as [Float])
        arrays["model_iter"] = StoredTensor([5] as [Float])
        let url = folder.appendingPathComponent("SLOWFAST_8x8_R50.pkl")
        try Data(SlowFastPickle.caffe2(arrays)).write(to: url)
        try check(url)
    }

    @Test("come from PyTorch checkpoints", arguments: [SlowFastLayout.pySlowFast, .pyTorchVideo])
    func checkpoints(_ layout: SlowFastLayout) throws {
        let url = folder.appendingPathComponent("SLOWFAST_8x8_R50.pyth")
        try SlowFastPickle.zip(SlowFastPickle.torch(arrays(layout), under: "model_state"), to: url)
        try check(url)
    }

    @Test("may carry a prefix, and do not need a classifier")
    func prefix() throws {
        var prefixed = OrderedTensors()
        for (name, array) in arrays(.pySlowFast) where !name.hasPrefix("head.") { prefixed["module." + name] = array }
        let url = folder.appendingPathComponent("parallel.safetensors")
        try SafetensorsFile.write(prefixed, to: url)
        try check(url)
    }

    @Test("are refused with all that is wrong, under the file's own names")
    func wrongArrays() throws {
        var arrays = arrays(.caffe2)
        arrays["res4_5_branch2b_w"] = nil
        arrays["t_res_conv1_bn_riv"] = nil
        arrays["res4_6_branch2b_w"] = StoredTensor([1] as [Float])
        arrays["res5_0_branch2a_bn_s"] = StoredTensor([1, 2, 3] as [Float])
        let error = try #require(try refusal(arrays))
        #expect(error.missing == ["res4_5_branch2b_w", "t_res_conv1_bn_riv"])
        #expect(error.unexpected == ["res4_6_branch2b_w"])
        #expect(error.misshapen.map(\.name) == ["res5_0_branch2a_bn_s"])
    }

    @Test("are refused where the first convolutions are not those of a video network")
    func wrongWidths() throws {
        var arrays = arrays(.pySlowFast)
        arrays["s1.pathway1_stem.conv.weight"] = StoredTensor([] as [Float], shape: [0, 3])
        let error = try #require(try refusal(arrays))
        #expect(error.misshapen.contains { $0.name == "s1.pathway1_stem.conv.weight" })
    }

    @Test("are refused where the file is another model's or of another format")
    func otherFiles() throws {
        let url = folder.appendingPathComponent("other.safetensors")
        try SafetensorsFile.write(["visual.proj": StoredTensor([1] as [Float])], to: url)
        let error = #expect(throws: TensorFileError.self) { try SlowFast(contentsOf: url) }
        #expect(error?.description.contains("no SlowFast weights") == true)
        let array = folder.appendingPathComponent("other.npy")
        try NPYFile.write(StoredTensor([1] as [Float]), to: array)
        let format = #expect(throws: TensorFileError.self) { try SlowFast(contentsOf: array) }
        #expect(format?.description.contains("npy") == true)
    }
}
