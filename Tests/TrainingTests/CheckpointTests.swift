import Datasets
import Foundation
import Grounding
import TensorFiles
import Testing
import Torch

@testable import Training

@Suite("A checkpoint")
struct CheckpointTests {
    private func trained() throws -> TinyRun {
        let tiny = TinyRun()
        try tiny.trainer().run()
        return tiny
    }

    @Test("says where it comes from")
    func describesItself() throws {
        let tiny = try trained()
        let metadata = try Checkpoint(contentsOf: tiny.run.last).metadata
        #expect(metadata.configuration == tiny.configuration)
        #expect(metadata.recipe == TinyRun.recipe)
        #expect(metadata.seed == 3 && metadata.version == MomentsVersion.current)
        #expect(metadata.progress.step == 15 && metadata.progress.isFinished)
        let texts = try SafetensorsFile(contentsOf: tiny.run.last).metadata
        #expect(texts["moments.data"] == "qvhighlights" && texts["moments.seed"] == "3")
    }

    @Test("gives back the same parameters and the optimiser's memory")
    func roundTrip() throws {
        let tiny = try trained()
        let trainer = try TinyRun(sharing: tiny).trainer()
        try trainer.resume()
        for (left, right) in zip(tiny.model.store.parameters, trainer.model.store.parameters) {
            #expect(left.tensor.floats() == right.tensor.floats(), "\(left.name)")
        }
        let memory = try #require(trainer.optimiser.moments["score.weight"])
        #expect(memory.step.item() == 15 && memory.first.floats().contains { $0 != 0 })
    }

    @Test("of features that cannot be is refused")
    func impossible() throws {
        let tiny = try trained()
        var texts = try SafetensorsFile(contentsOf: tiny.run.last).metadata
        let changes: [(inout FeatureRecipe) -> Void] = [
            { $0.maxClips = 0 }, { $0.maxClips = -1 }, { $0.maxWords = 0 }, { $0.clipLength = 0 },
            { $0.clipLength = 1e-300 }, { $0.clipLength = 1e300 }, { $0.video = [] }, { $0.video[0].width = .max },
            { $0.text.width = -1 }, { $0.pooledWidth = 0 },
        ]
        for change in [{ _ in }] + changes {
            var recipe = TinyRun.recipe
            change(&recipe)
            texts["moments.features"] = String(decoding: try JSONEncoder().encode(recipe), as: UTF8.self)
            let isRead = (try? CheckpointMetadata(texts, file: "x")) != nil
            #expect(isRead == (recipe == TinyRun.recipe), "\(recipe)")
        }
    }

    // Twenty arrays of 4 GiB each: without the refusal the process ends for want of memory.
    @Test("of a model larger than its arrays is refused before it takes up memory")
    func tooLarge() throws {
        let tiny = try trained()
        let file = try SafetensorsFile(contentsOf: tiny.run.last)
        var configuration = tiny.configuration
        var settings = CDNetConfiguration(videoWidth: 0, textWidth: 0)
        settings.hiddenSize = 32768
        settings.feedForwardSize = 32768
        configuration.model = ModelChoice(settings)
        var texts = file.metadata
        texts["moments.configuration"] = String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
        try SafetensorsFile.write(file.all, metadata: texts, to: tiny.run.last)
        let error = #expect(throws: CheckpointError.self) { try Checkpoint.loadModel(tiny.run.last) }
        #expect("\(error!)".contains("does not hold this model's arrays"))
    }

    @Test("that was cut short is refused, at whatever byte", arguments: [0, 7, 8, 100, -1])
    func truncated(length: Int) throws {
        let tiny = try trained()
        let bytes = try Data(contentsOf: tiny.run.last)
        let cut = length < 0 ? bytes.count + length : length
        try bytes.prefix(cut).write(to: tiny.run.last)
        #expect(throws: CheckpointError.self) { try TinyRun(sharing: tiny).trainer().resume() }
    }

    @Test("that cannot be written leaves the one before as it was")
    func failedWrite() throws {
        let tiny = try trained()
        let before = try Data(contentsOf: tiny.run.last)
        let metadata = try Checkpoint(contentsOf: tiny.run.last).metadata
        // A folder in the file's place cannot be renamed onto.
        let blocked = tiny.folder.appendingPathComponent("blocked.safetensors")
        try FileManager.default.createDirectory(
            at: blocked.appendingPathComponent("full"), withIntermediateDirectories: true)
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint.write(tiny.model.store, metadata: metadata, to: blocked)
        }
        #expect("\(error!)".contains("cannot be written"))
        #expect(try Data(contentsOf: tiny.run.last) == before)
        let names = try FileManager.default.contentsOfDirectory(atPath: tiny.folder.path)
        #expect(!names.contains { $0.hasSuffix(".tmp") })
    }

    @Test("is found among other safetensors files to be none of ours")
    func foreign() throws {
        let tiny = TinyRun()
        try FileManager.default.createDirectory(at: tiny.folder, withIntermediateDirectories: true)
        let url = tiny.folder.appendingPathComponent("other.safetensors")
        try SafetensorsFile.write(["a": StoredTensor([Float(1)])], to: url)
        let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: url) }
        #expect("\(error!)".contains("no checkpoint of Moments"))
    }

    @Test("of another model is refused with all arrays that differ, and changes nothing")
    func otherModel() throws {
        let tiny = try trained()
        let checkpoint = try Checkpoint(contentsOf: tiny.run.last)
        let wider = TinyModel(seed: 5, width: 9)
        let before = wider.store.parameters.map { $0.tensor.floats() }
        let error = #expect(throws: CheckpointError.self) { try checkpoint.restore(wider.store) }
        #expect("\(error!)".contains("hidden.weight ([8, 6], the model has [8, 9])"))
        #expect(wider.store.parameters.map { $0.tensor.floats() } == before)
        let other = ParameterStore()
        _ = other.root.parameter("new", [2], .constant(0))
        let second = #expect(throws: CheckpointError.self) { try checkpoint.restore(other) }
        #expect("\(second!)".contains("missing: new") && "\(second!)".contains("unexpected: hidden.bias"))
    }

    @Test("written before a setting existed is read with that setting's default")
    func older() throws {
        let tiny = try trained()
        let file = try SafetensorsFile(contentsOf: tiny.run.last)
        var metadata = file.metadata
        let text = try #require(metadata["moments.configuration"])
        let older = text.replacing(#/"lossScale(Growth)?":[0-9]+,/#, with: "").replacing(
            "\"check\":\"headers\",", with: "")
        #expect(older.count < text.count - 40)
        metadata["moments.configuration"] = older
        let url = tiny.folder.appendingPathComponent("older.safetensors")
        try SafetensorsFile.write(file.all, metadata: metadata, to: url)
        #expect(try Checkpoint(contentsOf: url).metadata.configuration == tiny.configuration)
        metadata["moments.configuration"] = text.replacing("\"lossScale\"", with: "\"lossScales\"")
        try SafetensorsFile.write(file.all, metadata: metadata, to: url)
        let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: url) }
        #expect("\(error!)".contains("does not understand") && "\(error!)".contains("lossScales"))
    }

    @Test("of a model only is none to go on from")
    func modelOnly() throws {
        let tiny = TinyRun()
        tiny.scores = { Double($0) }
        try tiny.trainer().run()
        try FileManager.default.removeItem(at: tiny.run.last)
        try FileManager.default.copyItem(at: tiny.run.best, to: tiny.run.last)
        let error = #expect(throws: CheckpointError.self) { try TinyRun(sharing: tiny).trainer().resume() }
        #expect("\(error!)".contains("last.safetensors"))
    }
}
