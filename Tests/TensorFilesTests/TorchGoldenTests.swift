import Foundation
import TestSupport
import Testing

@testable import TensorFiles

@Suite("PyTorch checkpoints Golden", .enabled(if: !SharedMaterial.goldenCases("torch_checkpoints").isEmpty))
struct TorchGoldenTests {
    struct Configuration: Decodable {
        let epoch: Int
        let files: [String: String]
        let modelDTypes: [String: String]
        let modelShapes: [String: [Int]]
        let keysInOrder: [String]

        enum CodingKeys: String, CodingKey {
            case epoch, files
            case modelDTypes = "model_dtypes"
            case modelShapes = "model_shapes"
            case keysInOrder = "model_keys_in_order"
        }
    }

    struct Golden {
        let folder: URL
        let configuration: Configuration
        let expected: SafetensorsFile

        init(_ folder: URL) throws {
            self.folder = folder
            let data = try Data(contentsOf: folder.appendingPathComponent("config.json"))
            configuration = try JSONDecoder().decode(Configuration.self, from: data)
            expected = try SafetensorsFile(contentsOf: folder.appendingPathComponent("expected.safetensors"))
        }

        func archive(_ name: String) throws -> TorchArchive {
            try TorchArchive(contentsOf: folder.appendingPathComponent(name))
        }

        func check(_ tensor: StoredTensor, _ name: String) throws {
            let reference = try expected.tensor(named: name)
            if tensor.dtype.isFloatingPoint {
                #expect(tensor.floats().map(\.bitPattern) == reference.floats().map(\.bitPattern), "\(name)")
            } else {
                #expect(try tensor.int64s() == reference.int64s(), "\(name)")
            }
        }
    }

    @Test(
        "every file is read, or refused, as its description says",
        arguments: SharedMaterial.goldenCases("torch_checkpoints"))
    func goldenFiles(folder: URL) throws {
        let golden = try Golden(folder)
        for name in golden.configuration.files.keys.sorted() {
            if name.hasPrefix("bad_") {
                #expect(throws: TensorFileError.self, "\(name)") { try golden.archive(name) }
            } else {
                #expect(try !golden.archive(name).stateDictionary().isEmpty, "\(name)")
            }
        }
    }

    @Test("a call of print is refused by its name", arguments: SharedMaterial.goldenCases("torch_checkpoints"))
    func goldenUnsafe(folder: URL) throws {
        let golden = try Golden(folder)
        let found = problem { _ = try golden.archive("bad_global_print.pt") }
        #expect(
            found == .unsafeCall(module: "__builtin__", name: "print")
                || found == .unsafeCall(module: "builtins", name: "print"))
        #expect(problem { _ = try golden.archive("bad_truncated.pt") }?.isDamage == true)
    }

    @Test(
        "the model of both formats equals PyTorch's, views and shared storages included",
        arguments: SharedMaterial.goldenCases("torch_checkpoints"))
    func goldenModel(folder: URL) throws {
        let golden = try Golden(folder)
        for name in ["moment_detr_like.ckpt", "moment_detr_like_legacy.ckpt"] {
            let model = try golden.archive(name).stateDictionary(at: ["model"])
            #expect(model.names == golden.configuration.keysInOrder)
            for (key, tensor) in model {
                #expect(tensor.dtype.rawValue == golden.configuration.modelDTypes[key])
                #expect(tensor.shape == golden.configuration.modelShapes[key])
                try golden.check(tensor, "model.\(key)")
            }
            #expect(try golden.archive(name).stateDictionary() == model)
        }
    }

    @Test(
        "optimiser, scheduler, epoch and options are there as data",
        arguments: SharedMaterial.goldenCases("torch_checkpoints"))
    func goldenRest(folder: URL) throws {
        let golden = try Golden(folder)
        for name in ["moment_detr_like.ckpt", "moment_detr_like_legacy.ckpt"] {
            let value = try golden.archive(name).value
            #expect(value["epoch"]?.integer == golden.configuration.epoch)
            #expect(value["lr_scheduler"]?["gamma"]?.number == 0.1)
            #expect(value["optimizer"]?["param_groups"]?[0]?["betas"]?[1]?.number == 0.999)
            let options = try #require(value["opt"]?.object)
            #expect(options.module == "argparse")
            #expect(options.name == "Namespace")
            #expect(options["hidden_dim"]?.integer == 256)
            #expect(options["v_feat_dirs"]?[1]?.string == "features/clip_features")
            #expect(options["nested"]?["b"]?[0]?.bool == true)
            #expect(options["device"]?.object?.name == "device")
            for moment in ["exp_avg", "exp_avg_sq"] {
                let tensor = try #require(value["optimizer"]?["state"]?[0]?[moment]?.tensor)
                try golden.check(tensor, "optimizer.state.0.\(moment)")
            }
        }
    }

    @Test("a plain pickle of NumPy arrays is read", arguments: SharedMaterial.goldenCases("torch_checkpoints"))
    func goldenCaffe2(folder: URL) throws {
        let golden = try Golden(folder)
        let archive = try golden.archive("caffe2_like.pkl")
        #expect(archive.format == .pickle)
        let blobs = try archive.stateDictionary(at: ["blobs"])
        #expect(!blobs.isEmpty)
        for (name, tensor) in blobs { try golden.check(tensor, "caffe2_like.blobs.\(name)") }
        #expect(try archive.stateDictionary() == blobs)
    }

    @Test(
        "the same dictionary in either format and protocol is the same",
        arguments: SharedMaterial.goldenCases("torch_checkpoints"))
    func goldenFormats(folder: URL) throws {
        let golden = try Golden(folder)
        let zip = try golden.archive("plain_state_dict.pt")
        let legacy = try golden.archive("plain_state_dict_legacy.pt")
        #expect(zip.format == .zip)
        #expect(legacy.format == .legacy)
        #expect(try golden.archive("pickle_protocol4.pt").format == .zip)
        let protocol4 = try golden.archive("pickle_protocol4.pt").stateDictionary()
        let state = try zip.stateDictionary()
        #expect(try legacy.stateDictionary() == state)
        #expect(protocol4 == state)
        #expect(!state.isEmpty)
        for (name, tensor) in state { try golden.check(tensor, "model.\(name)") }
    }
}
