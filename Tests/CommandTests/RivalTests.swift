import Datasets
import Foundation
import Grounding
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Training

@Suite("The rivals: trained, converted, asked")
struct RivalTests {
    /// Small models by their keys in a configuration.
    private static let models = [
        "qdDETR: {hiddenSize: 8, heads: 2, feedForwardSize: 8, queryCount: 4, inputDropout: 0}",
        "uniVTG: {hiddenSize: 8, heads: 2, feedForwardSize: 8, encoderLayers: 1, inputDropout: 0}",
        "umt: {hiddenSize: 8, heads: 2, feedForwardSize: 8, decoderLayers: 1, maxClips: 20, inputDropout: 0}",
    ]

    @Test("every model learns by its key: the loss falls", arguments: models)
    func training(_ model: String) throws {
        let tiny = try TinyData(epochs: 12)
        let text = try tiny.text("tiny.yaml").split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.contains("cdnet:") ? "  \(model)" : $0 }.joined(separator: "\n")
        try tiny.write(text, to: "tiny.yaml")
        let trained = try tiny.moments("train", "tiny.yaml", "--set", "optimisation.learningRate=5e-3")
        #expect(trained.code == 0, "\(trained.messages)")
        let losses = try tiny.text("run/metrics.jsonl").split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require((object?["losses"] as? [String: Any])?["loss"] as? Double)
        }
        #expect(losses.count == 12)
        #expect(losses[11] < losses[0], "\(losses)")
        let evaluated = try tiny.moments("evaluate", "run", "--split", "val")
        #expect(evaluated.code == 0, "\(evaluated.messages)")
    }

    /// A published checkpoint of each kind with random weights, for the features of `TinyData`.
    private func publish(_ kind: PublishedKind, to url: URL) throws {
        var options: [String: PublishedCheckpoint.Value] = [
            "nheads": 2, "ctx_mode": "video_tef", "no_norm_vfeat": false, "no_norm_tfeat": false, "clip_length": 2,
            "max_v_l": 75, "max_q_l": 32, "v_feat_dirs": ["motion", "look"], "t_feat_dir": "words", "pre_norm": false,
            "use_txt_pos": false, "span_loss_type": "l1", "position_embedding": "sine", "a_feat_dir": nil,
            "eos_coef": 0.25, "dset_name": "hl", "train_path": "train.jsonl", "lr": 1e-4,
        ]
        switch kind {
        case .momentDETR:
            var settings = MomentDETRConfiguration(videoWidth: 12, textWidth: 4)
            (settings.hiddenSize, settings.heads, settings.feedForwardSize, settings.queryCount) = (8, 2, 12, 5)
            try PublishedCheckpoint(weights: MomentDETR(settings, seed: 3).store.arrays, options: options).write(
                to: url)
        case .qdDETR:
            var settings = QDDETRConfiguration(videoWidth: 12, textWidth: 4)
            (settings.hiddenSize, settings.heads, settings.feedForwardSize, settings.queryCount) = (8, 2, 12, 5)
            try PublishedCheckpoint(weights: QDDETR(settings, seed: 3).store.arrays, options: options).write(to: url)
        case .uniVTG:
            var settings = UniVTGConfiguration(videoWidth: 12, textWidth: 4)
            (settings.hiddenSize, settings.heads, settings.feedForwardSize, settings.encoderLayers) = (8, 2, 12, 2)
            options["eval_mode"] = "add"
            options["round_multiple"] = -1
            options["nms_thd"] = 0.6
            try PublishedCheckpoint(weights: UniVTG(settings, seed: 3).store.arrays, options: options).write(to: url)
        case .umt:
            var settings = UMTConfiguration(videoWidth: 10, textWidth: 4)
            (settings.hiddenSize, settings.feedForwardSize, settings.audioWidth, settings.maxClips) = (8, 12, 4, 20)
            try PublishedCheckpoint(weights: UMT(settings, seed: 3).store.arrays, key: "state_dict").write(to: url)
        }
    }

    @Test(
        "a published checkpoint becomes one of ours that says what it is, and predicts",
        arguments: PublishedKind.allCases)
    func converting(_ kind: PublishedKind) throws {
        let tiny = try TinyData()
        try publish(kind, to: tiny.url("model_best.ckpt"))
        let seen = try tiny.moments("inspect", "model_best.ckpt")
        #expect(seen.output.contains("published checkpoint of \(kind.rawValue)"), "\(seen.output.prefix(300))")

        let converted = try tiny.moments(
            "convert", "model_best.ckpt", "--to", "model.safetensors", "--features", "motion:6,look:4")
        #expect(converted.code == 0, "\(converted.messages)")
        #expect(converted.output.hasPrefix("\(kind.rawValue), "))
        let own = try tiny.moments("inspect", "model.safetensors", "--json")
        let json = try JSONSerialization.jsonObject(with: Data(own.output.utf8)) as? [String: Any]
        let model = try #require(json?["model"] as? [String: Any])
        #expect(model["runs"] as? Bool == true)
        let keys: [PublishedKind: String] = [
            .momentDETR: "momentDETR", .qdDETR: "qdDETR", .uniVTG: "uniVTG", .umt: "umt",
        ]
        #expect(model["name"] as? String == keys[kind])

        let predicted = try tiny.moments(
            "predict", "model.safetensors", "--annotations", "val.jsonl", "--out", "p.jsonl", "--set",
            "data.video=[motion,look]", "--set", "data.text=words")
        #expect(predicted.code == 0, "\(predicted.messages)")
        let lines = try tiny.text("p.jsonl").split(separator: "\n")
        #expect(lines.count == 4)
        let found = try tiny.moments(
            "find", "--features", "motion/v100.npz,look/v100.npz", "--text", "words/qid100.npz", "--model",
            "model.safetensors", "--json")
        #expect(found.code == 0, "\(found.messages)")
        #expect(found.output.contains("pred_relevant_windows"))
    }

    @Test("options come from the checkpoint, sizes from its arrays")
    func options() throws {
        let tiny = try TinyData()
        try publish(.uniVTG, to: tiny.url("x.ckpt"))
        let published = try #require(
            try PublishedModel(
                contentsOf: tiny.url("x.ckpt"),
                features: [.init(name: "motion", width: 6), .init(name: "look", width: 4)]))
        let settings = try #require(published.metadata.configuration.model.settings as? UniVTGConfiguration)
        #expect(settings.heads == 2 && settings.hiddenSize == 8 && settings.encoderLayers == 2)
        #expect(settings.backgroundWeight == 0.25 && settings.nmsThreshold == 0.6 && settings.highlights == .sum)
        #expect(settings.headsSeePadding && settings.anchor == .published)
        let recipe = published.metadata.recipe
        #expect(recipe.temporalEndpoints && recipe.normalised && recipe.maxClips == 75)
        #expect(published.metadata.configuration.data.video == ["motion", "look"])
        #expect(published.notes.isEmpty)
    }

    @Test("a variant of a model, and features that do not add up, are refused with what to do")
    func refusals() throws {
        let tiny = try TinyData()
        var settings = QDDETRConfiguration(videoWidth: 12, textWidth: 4)
        (settings.hiddenSize, settings.heads) = (8, 2)
        let weights = try QDDETR(settings, seed: 3).store.arrays
        try PublishedCheckpoint(weights: weights, options: ["nheads": 2, "use_txt_pos": true])
            .write(to: tiny.url("variant.ckpt"))
        let variant = try tiny.moments("convert", "variant.ckpt", "--to", "x.safetensors")
        #expect(variant.code == 65)
        #expect(variant.messages.contains("use_txt_pos") && variant.messages.contains("--arrays"))
        let arrays = try tiny.moments("convert", "variant.ckpt", "--to", "x.safetensors", "--arrays")
        #expect(arrays.code == 0 && arrays.output.hasPrefix("\(weights.count) arrays"))

        try PublishedCheckpoint(weights: weights, options: ["nheads": 2]).write(to: tiny.url("plain.ckpt"))
        let wrong = try tiny.moments(
            "convert", "plain.ckpt", "--to", "y.safetensors", "--features", "motion:6,look:5")
        #expect(wrong.code == 65)
        #expect(wrong.messages.contains("11 numbers; the model wants 10"))
        #expect(!FileManager.default.fileExists(atPath: tiny.url("y.safetensors").path))
    }

    @Test(
        "reference weights in published form come out as they went in (Golden)",
        arguments: ["moment_detr", "qd_detr", "univtg", "umt"].flatMap(GoldenCase.all))
    func references(_ golden: GoldenCase) throws {
        let tiny = try TinyData(training: 0, validation: 0)
        let weights = try golden.weights()
        let heads: [String: PublishedCheckpoint.Value] = ["nheads": 4]
        try PublishedCheckpoint(weights: weights, options: heads).write(to: tiny.url("x.ckpt"))
        let published = try #require(try PublishedModel(contentsOf: tiny.url("x.ckpt")))
        try published.write(to: tiny.url("x.safetensors"))
        let trained = try TrainedModel(at: tiny.url("x.safetensors").path)
        let store = trained.model.store
        #expect(store.parameters.count + store.buffers.count == weights.count)
        for (name, tensor) in weights {
            let own = try #require(store[name])
            #expect(own.doubles() == tensor.doubles(), "\(name)")
        }
    }
}
