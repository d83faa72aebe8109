import Evaluation
import Foundation
import Grounding
import TestSupport
import Testing

@testable import Training

@Suite("A training configuration")
struct ConfigurationTests {
    private static let minimal = """
        name: mine
        data:
          train: train.jsonl
          video: [a, b]
          text: t
        output:
          directory: run
        """

    private func read(_ yaml: String, set: [String] = []) throws -> TrainingConfiguration {
        try TrainingConfiguration(yaml: yaml, source: "mine.yaml", setting: set, checkingFiles: false)
    }

    /// The message about a configuration that cannot be.
    private func complaint(_ yaml: String, set: [String] = []) -> String {
        let error = #expect(throws: ConfigurationFileError.self) { try read(yaml, set: set) }
        return error.map { "\($0)" } ?? ""
    }

    @Test("keeps the paper's values for what it leaves out")
    func defaults() throws {
        let settings = try read(Self.minimal)
        #expect(settings.optimisation.learningRate == 1e-4 && settings.optimisation.batchSize == 32)
        #expect(
            settings.name == "mine" && settings.data.video.map { ($0 as NSString).lastPathComponent } == ["a", "b"])
        let model = try #require(settings.model.settings as? CDNetConfiguration)
        #expect(model.hiddenSize == 1024 && model.dropPath == 0.1)
    }

    @Test("lets moments end with their video, as not every data set's are of 150 s")
    func momentsEnd() throws {
        let settings = try read(Self.minimal + "\nmodel:\n  qdDETR: {}\n")
        #expect((settings.model.settings as? QDDETRConfiguration)?.timeLimit == 0)
        #expect(QDDETRConfiguration(videoWidth: 1, textWidth: 1).timeLimit == 150)
    }

    @Test("names an unknown key with its line and the keys that there are")
    func unknownKey() {
        let text = complaint(Self.minimal + "\noptimisation:\n  epochs: 3\n  learnrate: 1e-4")
        #expect(text.hasPrefix("mine.yaml:10: optimisation.learnrate: there is no such key."))
        #expect(text.contains("learningRate") && text.contains("epochs"))
    }

    @Test("lists all unknown keys at once")
    func unknownKeys() {
        let text = complaint(Self.minimal + "\nsede: 1\nevaluation: {evry: 2}")
        #expect(text.contains("mine.yaml:8: sede") && text.contains("mine.yaml:9: evaluation.evry"))
    }

    @Test(
        "every model needs no field, and refuses one that it does not have",
        arguments: ModelRegistry.kinds.map { $0.modelName })
    func everyModel(name: String) throws {
        let bare = try read(Self.minimal + "\nmodel:\n  \(name): {}", set: ["optimisation.epochs=0"])
        #expect(bare.model.name == name)
        #expect(bare.model == ModelChoice(type(of: bare.model.settings).init()))
        let text = complaint(Self.minimal + "\nmodel:\n  \(name): {hidenSize: 1}")
        #expect(text.hasPrefix("mine.yaml:9: model.\(name).hidenSize: there is no such key."))
    }

    @Test("a null in place of a default is still one after the run's own file")
    func explicitNull() throws {
        let settings = try read(Self.minimal, set: ["data.maxWords=null", "optimisation.gradientClip=null"])
        #expect(settings.data.maxWords == nil && settings.optimisation.gradientClip == nil)
        let again = try settings.setting(["seed=3"], checkingFiles: false)
        #expect(again.data.maxWords == nil && again.optimisation.gradientClip == nil && again.seed == 3)
        let usual = try read(Self.minimal).setting([], checkingFiles: false)
        #expect(usual.data.maxWords == 32 && usual.optimisation.gradientClip == 0.1)
    }

    @Test("names an unknown key of a model with those that there are")
    func unknownModelKey() {
        let text = complaint(Self.minimal + "\nmodel:\n  cdnet:\n    hiddenSize: 64\n    hedas: 4")
        #expect(text.hasPrefix("mine.yaml:11: model.cdnet.hedas: there is no such key."))
        #expect(text.contains("heads"))
    }

    @Test("names an unknown model with those that there are")
    func unknownModel() {
        let text = complaint(Self.minimal + "\nmodel:\n  cdent: {}")
        #expect(text.hasPrefix("mine.yaml:9: model.cdent: there is no such model.") && text.contains("cdnet"))
    }

    @Test(
        "says what a value should have been",
        arguments: [
            ("optimisation: {epochs: many}", "optimisation.epochs: expected a whole number, found “many”"),
            ("optimisation: {epochs: \"3\"}", "optimisation.epochs: expected a whole number, found “3”"),
            ("seed: -1", "seed: expected a whole number, 0 or greater, found “-1”"),
            ("optimisation: {learningRate: .nan}", "optimisation.learningRate: expected a number"),
            ("optimisation: 3", "optimisation: expected further keys, found “3”"),
            ("optimisation: {schedule: linear}", "expected one of constant, step, cosine, found “linear”"),
            ("model: {cdnet: {assignment: none}}", "expected one of dense, hungarian, both, found “none”"),
            ("model: {cdnet: {heads: 3}}", "model.cdnet.heads: 3 cannot be: it must divide hiddenSize"),
            ("optimisation: {epochs: -1}", "optimisation.epochs: must not be negative"),
            ("threads: 0", "threads: must be at least 1"),
            ("device: gpu", "device: expected cpu, cuda"),
        ])
    func wrongValues(_ line: String, _ expected: String) {
        let text = complaint(Self.minimal + "\n" + line)
        #expect(text.contains(expected), "\(text)")
        #expect(text.hasPrefix("mine.yaml:8: "))
    }

    @Test("is refused where it is not YAML, or says a thing twice, with the line")
    func syntax() {
        #expect(complaint("name: [a").contains("mine.yaml:"))
        #expect(complaint("name: a\nname: b").contains("twice"))
        #expect(complaint("just a text").contains("a configuration is a mapping"))
        #expect(complaint("").contains("data.train"))
    }

    @Test("takes assignments over the file, and checks them as strictly")
    func assignments() throws {
        let settings = try read(
            Self.minimal,
            set: ["optimisation.epochs=5", "model.cdnet.hiddenSize=64", "data.video=[x]", "evaluation.patience=2"])
        #expect(settings.optimisation.epochs == 5 && settings.evaluation.patience == 2)
        #expect((settings.model.settings as? CDNetConfiguration)?.hiddenSize == 64)
        #expect(settings.data.video.count == 1)
        #expect(complaint(Self.minimal, set: ["optimisation.epoch=5"]).hasPrefix("--set optimisation.epoch=5: "))
        #expect(complaint(Self.minimal, set: ["optimisation.epochs=x"]).contains("found “x”"))
        #expect(complaint(Self.minimal, set: ["epochs"]).contains("expected key=value"))
        #expect(complaint(Self.minimal, set: ["name.first=x"]).contains("holds a value"))
    }

    @Test("can undo a default by null")
    func null() throws {
        let settings = try read(Self.minimal, set: ["optimisation.gradientClip=null", "data.maxWords=~"])
        #expect(settings.optimisation.gradientClip == nil && settings.data.maxWords == nil)
        #expect(complaint(Self.minimal, set: ["optimisation.epochs=null"]).contains("whole number"))
    }

    @Test("names files that are missing, with the line on which they stand")
    func missingFiles() {
        let error = #expect(throws: ConfigurationFileError.self) {
            try TrainingConfiguration(yaml: Self.minimal, source: "mine.yaml")
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("mine.yaml:3: data.train: there is no ") && text.contains("mine.yaml:4: data.video"))
        #expect(error?.problems.count == 4)
    }

    @Test("survives being written out with all its defaults, and its copy is the same configuration")
    func writtenOut() throws {
        let settings = try read(
            Self.minimal, set: ["optimisation.learningRate=0.00012345678901234", "seed=18446744073709551615"])
        #expect(try read(settings.yaml) == settings)
        #expect(try settings.setting([], checkingFiles: false) == settings)
    }

    /// Writes files of YAML by name and reads one of them.
    private func read(_ files: [String: String], _ name: String) throws -> TrainingConfiguration {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("extends-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (file, yaml) in files {
            try Data(yaml.utf8).write(to: folder.appendingPathComponent(file))
        }
        return try TrainingConfiguration(contentsOf: folder.appendingPathComponent(name), checkingFiles: false)
    }

    @Test("may extend another: it holds what differs, key by key, over any number of files")
    func extending() throws {
        let settings = try read(
            [
                "base.yaml": Self.minimal + "\noptimisation: {epochs: 3, batchSize: 8}",
                "middle.yaml": "extends: base.yaml\nmodel: {cdnet: {heads: 4}}",
                "top.yaml": "extends: middle.yaml\nname: top\noptimisation: {epochs: 5}",
            ], "top.yaml")
        #expect(settings.name == "top")
        #expect(settings.optimisation.epochs == 5 && settings.optimisation.batchSize == 8)
        #expect((settings.model.settings as? CDNetConfiguration)?.heads == 4)
    }

    @Test("may extend several, of which the later ones count more")
    func extendingSeveral() throws {
        let settings = try read(
            [
                "base.yaml": Self.minimal + "\noptimisation: {epochs: 3, batchSize: 8}",
                "model.yaml": "extends: base.yaml\nname: model\nmodel: {cdnet: {heads: 4}}\noptimisation: {epochs: 5}",
                "data.yaml": "name: data\noptimisation: {batchSize: 2}",
                "top.yaml": "extends: [model.yaml, data.yaml]\nseed: 6",
            ], "top.yaml")
        #expect(settings.name == "data" && settings.seed == 6)
        #expect(settings.optimisation.epochs == 5 && settings.optimisation.batchSize == 2)
        #expect((settings.model.settings as? CDNetConfiguration)?.heads == 4)
    }

    @Test("that extends another may name another model, which takes the first one's place")
    func extendingWithAnotherModel() throws {
        let settings = try read(
            [
                "base.yaml": Self.minimal + "\nmodel: {cdnet: {heads: 4}}",
                "top.yaml": "extends: base.yaml\nmodel: {zeroShot: {}}\noptimisation: {epochs: 0}",
            ], "top.yaml")
        #expect(settings.model.settings is ZeroShotSettings)
    }

    @Test("names the file in which a wrong key stands, also where that is the extended one")
    func extendingWrongly() {
        func complaint(_ files: [String: String]) -> String {
            let error = #expect(throws: ConfigurationFileError.self) { try read(files, "top.yaml") }
            return error.map { "\($0)" } ?? ""
        }
        let bad = Self.minimal + "\nsede: 1"
        #expect(complaint(["base.yaml": bad, "top.yaml": "extends: base.yaml"]).contains("base.yaml:8: sede"))
        #expect(
            complaint(["base.yaml": Self.minimal, "top.yaml": "extends: base.yaml\nsede: 1"]).contains(
                "top.yaml:2: sede"))
        #expect(complaint(["top.yaml": "extends: none.yaml"]).contains("extends none.yaml, but there is no such file"))
        for wrong in ["extends: {a: b}", "extends: []", "extends: [{a: b}]"] {
            #expect(complaint(["top.yaml": wrong]).contains("top.yaml:1: extends names a file"))
        }
        let two = [
            "model.yaml": Self.minimal, "data.yaml": "name: data\n\nsede: 1",
            "top.yaml": "extends: [model.yaml, data.yaml]",
        ]
        #expect(complaint(two).contains("data.yaml:3: sede"))
        let circle = ["top.yaml": "extends: other.yaml", "other.yaml": "extends: top.yaml"]
        #expect(complaint(circle).contains("extends this file in turn"))
    }

    @Test("of a few lines that stand for as many values or files as there are atoms is refused")
    func aliases() {
        var yaml = "a: &a {x: 1}"
        for (name, before) in zip("bcdefghijk", "abcdefghij") {
            yaml += "\n\(name): &\(name) {" + (0..<10).map { "k\($0): *\(before)" }.joined(separator: ", ") + "}"
        }
        var files = ["9.yaml": Self.minimal]
        for index in 0..<9 { files["\(index).yaml"] = "extends: [\(index + 1).yaml, \(index + 1).yaml]" }
        let many = #expect(throws: ConfigurationFileError.self) { try read(files, "0.yaml") }
        #expect(many.map { "\($0)".contains("more than 100 files") } == true)
        let error = #expect(throws: ConfigurationFileError.self) {
            try read(["base.yaml": yaml, "top.yaml": "extends: base.yaml\n\(yaml)"], "top.yaml")
        }
        #expect(error.map { "\($0)".contains("more than 10000 values") } == true)
    }

    @Test("takes every registered model by its name, with the features' widths left open")
    func models() throws {
        for kind in ModelRegistry.kinds {
            let epochs = kind.init().learns ? 1 : 0
            let settings = try read(
                Self.minimal + "\nmodel: {\(kind.modelName): {}}", set: ["optimisation.epochs=\(epochs)"])
            #expect(settings.model.name == kind.modelName)
        }
    }

    @Test("is there for each data set, with the paper's values where it is the paper's")
    func published() throws {
        let folder = SharedMaterial.packageRoot.appendingPathComponent("Configurations")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(Set(names).isSuperset(of: ["qvhighlights.yaml", "charades-sta.yaml", "tacos.yaml", "demo.yaml"]))
        for name in names {
            let settings = try TrainingConfiguration(
                contentsOf: folder.appendingPathComponent(name), checkingFiles: false)
            guard settings.model.name == "cdnet" else { continue }
            // Of data sets by domain the paper says nothing.
            let isFree = name.contains("small") || name == "demo.yaml" || settings.data.domain != nil
            #expect(settings.optimisation.learningRate == 1e-4 || isFree, "\(name)")
        }
    }

    @Test("differs from another in named fields")
    func changes() throws {
        let old = try read(Self.minimal)
        let new = try read(Self.minimal, set: ["optimisation.epochs=7", "data.video=[a]", "model.cdnet.heads=4"])
        let changes = new.changes(since: old)
        #expect(changes.map(\.key) == ["data.video", "model.cdnet.heads", "optimisation.epochs"])
        #expect(changes.map(\.weight) == [.breaking, .breaking, .harmless])
        #expect(changes[1].description == "model.cdnet.heads: was 8, now 4")
    }
}
