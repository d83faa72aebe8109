import Foundation
import TensorFiles
import Testing

@Suite("moments train", .serialized)
struct TrainCommandTests {
    @Test("killed in the middle and resumed, logs the same losses to the last bit as a run that was never interrupted")
    func killed() throws {
        let whole = try TinyData(epochs: 3)
        #expect(try whole.moments("train", "tiny.yaml").code == 0)

        let killed = try TinyData(epochs: 3)
        // Once inside the first epoch, with steps after the last save, and once in a later one; by one call that begins
        // and goes on, as launchers give it.
        for steps in [3, 5] {
            let (process, outcome) = try killed.moments.start(["train", "tiny.yaml", "--resume-if-begun"])
            #expect(waitForLines(steps, in: killed.url("run/steps.jsonl"), of: process))
            kill(process.processIdentifier, SIGKILL)
            #expect(try outcome().code == SIGKILL)
        }
        let resumed = try killed.moments("train", "tiny.yaml", "--resume")
        #expect(resumed.code == 0, "\(resumed.messages)")
        #expect(resumed.messages.contains("going on after step"))
        #expect(try killed.text("run/steps.jsonl") == whole.text("run/steps.jsonl"))
        #expect(try whole.text("run/steps.jsonl").split(separator: "\n").count == 9)
        let epochs = try killed.text("run/metrics.jsonl").split(separator: "\n")
        #expect(epochs.count == 3)
    }

    @Test("learns the same from a pack as from the files that were packed")
    func packed() throws {
        let data = try TinyData(epochs: 1)
        let pack = try data.moments(
            "pack", "train.jsonl", "val.jsonl", "--video", "motion", "look", "--text", "words", "--out", "tiny.pack")
        #expect(pack.code == 0, "\(pack.messages)")
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        let packed = try data.moments(
            "train", "tiny.yaml", "--set", "data.pack=tiny.pack", "--set", "output.directory=packed")
        #expect(packed.code == 0, "\(packed.messages)")
        #expect(try data.text("packed/steps.jsonl") == data.text("run/steps.jsonl"))
    }

    @Test("saves on Ctrl-C, says how to go on, and exits with 130")
    func interrupted() throws {
        let data = try TinyData(epochs: 50)
        let (process, outcome) = try data.moments.start(["train", "tiny.yaml"])
        #expect(waitForLines(4, in: data.url("run/steps.jsonl"), of: process))
        process.interrupt()
        let stopped = try outcome()
        #expect(stopped.code == 130)
        #expect(stopped.messages.contains("--resume"))
        let steps = try data.text("run/steps.jsonl").split(separator: "\n").count
        let resumed = try data.moments(
            "train", "tiny.yaml", "--resume", "--set", "optimisation.epochs=\(steps / 3 + 1)")
        #expect(resumed.code == 0, "\(resumed.messages)")
        #expect(resumed.messages.contains("going on after step \(steps)"))
    }

    @Test("says what is wrong with a call, and exits as sysexits.h asks")
    func mistakes() throws {
        let data = try TinyData(epochs: 1)
        let unknown = try data.moments("train", "tiny.yaml", "--set", "optimisation.epoch=3")
        #expect(unknown.code == 78 && unknown.messages.contains("optimisation.epoch: there is no such key"))
        let missing = try data.moments("train", "tiny.yaml", "--set", "data.text=nowhere")
        #expect(missing.code == 78 && missing.messages.contains("nowhere"))
        let nothing = try data.moments("train", "tiny.yaml", "--resume")
        #expect(nothing.code == 66 && nothing.messages.contains("last.safetensors"))
        #expect(try data.moments("train", "tiny.yaml", "--resume", "--resume-if-begun").code == 64)
        try FileManager.default.removeItem(at: data.url("look/v3.npz"))
        let incomplete = try data.moments("train", "tiny.yaml")
        #expect(incomplete.code == 66 && incomplete.messages.contains("v3"), "\(incomplete.messages)")
        #expect(!FileManager.default.fileExists(atPath: data.url("run").path))
        let late = try data.moments("train", "tiny.yaml", "--set", "data.check=none")
        #expect(late.code == 66 && late.messages.contains("v3"), "\(late.messages)")
        let again = try data.moments("train", "tiny.yaml", "--set", "data.check=none")
        #expect(again.code == 73 && again.messages.contains("--resume"))
    }

    @Test("names everything that is wrong with the features before it begins")
    func features() throws {
        let data = try TinyData(epochs: 1)
        for name in ["look/v3.npz", "words/qid7.npz"] { try FileManager.default.removeItem(at: data.url(name)) }
        try NPZFile.write(
            ["features": StoredTensor([Float](repeating: 1, count: 30), shape: [6, 5])], to: data.url("motion/v5.npz"))
        let bad = try data.moments("train", "tiny.yaml")
        #expect(bad.code == 65, "\(bad.messages)")
        for part in ["3 of 12 queries", "look/v3.npz", "qid7.npz", "motion/v5.npz", "rows of 5 numbers"] {
            #expect(bad.messages.contains(part), "\(bad.messages)")
        }
        #expect(!FileManager.default.fileExists(atPath: data.url("run").path))
        let values = try TinyData(epochs: 1)
        try NPZFile.write(
            ["features": StoredTensor([Float](repeating: .nan, count: 24), shape: [6, 4])],
            to: values.url("look/v100.npz"))
        let strange = try values.moments("train", "tiny.yaml", "--set", "data.check=values")
        #expect(strange.code == 65 && strange.messages.contains("look/v100.npz"), "\(strange.messages)")
        #expect(strange.messages.contains("val.jsonl: 1 of 4 queries"), "\(strange.messages)")
    }

    @Test("refuses a folder into which another training is writing; the lock ends with a killed one")
    func locked() throws {
        let data = try TinyData(epochs: 200)
        let (process, outcome) = try data.moments.start(["train", "tiny.yaml"])
        #expect(waitForLines(3, in: data.url("run/steps.jsonl"), of: process))
        for arguments in [["train", "tiny.yaml"], ["train", "tiny.yaml", "--resume"]] {
            let second = try data.moments.start(arguments).outcome()
            #expect(second.code == 75 && second.messages.contains("Another training"), "\(second.messages)")
        }
        kill(process.processIdentifier, SIGKILL)
        #expect(try outcome().code == SIGKILL)
        let again = try data.moments("train", "tiny.yaml", "--resume", "--set", "optimisation.epochs=1")
        #expect(again.code == 0, "\(again.messages)")
    }

    @Test("is the same run with the same seed also on two threads")
    func twoThreads() throws {
        let data = try TinyData(epochs: 2)
        for folder in ["first", "second"] {
            let run = try data.moments(
                "train", "tiny.yaml", "--set", "threads=2", "--set", "output.directory=\(folder)")
            #expect(run.code == 0, "\(run.messages)")
        }
        #expect(try data.text("first/steps.jsonl") == data.text("second/steps.jsonl"))
    }

    @Test("in float16, killed and resumed, logs the same losses and scales as a run that was never interrupted")
    func float16() throws {
        let settings = [
            "--set", "optimisation.precision=float16", "--set", "optimisation.lossScale=32768", "--set",
            "optimisation.lossScaleGrowth=2",
        ]
        let whole = try TinyData(epochs: 3)
        #expect(try whole.moments.start(["train", "tiny.yaml"] + settings).outcome().code == 0)
        let killed = try TinyData(epochs: 3)
        let (process, outcome) = try killed.moments.start(["train", "tiny.yaml"] + settings)
        #expect(waitForLines(4, in: killed.url("run/steps.jsonl"), of: process))
        kill(process.processIdentifier, SIGKILL)
        _ = try outcome()
        let resumed = try killed.moments.start(["train", "tiny.yaml", "--resume"] + settings).outcome()
        #expect(resumed.code == 0, "\(resumed.messages)")
        let log = try whole.text("run/steps.jsonl")
        #expect(try killed.text("run/steps.jsonl") == log)
        #expect(log.contains("\"lossScale\":"))
    }
}

@Suite("A trained run", .serialized)
struct RunCommandTests {
    @Test("predicts, is scored, and finds the same moments for a query of its data and from its files")
    func uses() throws {
        let data = try TinyData(epochs: 1)
        #expect(try data.moments("train", "tiny.yaml").code == 0)

        let predicted = try data.moments("predict", "run", "--annotations", "val.jsonl", "--out", "p.jsonl")
        #expect(predicted.code == 0, "\(predicted.messages)")
        let lines = try data.text("p.jsonl").split(separator: "\n")
        #expect(lines.count == 4 && lines[0].hasPrefix("{\"qid\": 100, \"query\": \"sentence 100\", \"vid\": \"v100\""))

        let evaluated = try data.moments("evaluate", "run", "--split", "val", "--json")
        #expect(try data.text("run/predictions-val.jsonl") == data.text("p.jsonl"))
        let scored = try data.moments("score", "p.jsonl", "--annotations", "val.jsonl", "--json")
        #expect(evaluated.output == scored.output && evaluated.code == 0)

        let own = try data.moments("find", "--run", "run", "--qid", "102", "--json")
        #expect(own.code == 0, "\(own.messages)")
        let files = try data.moments(
            "find", "--features", "motion/v102.npz,look/v102.npz", "--text", "words/qid102.npz", "--model",
            "run/best.safetensors", "--annotations", "val.jsonl", "--qid", "102", "--json", "--plot", "t.svg")
        #expect(files.output == own.output, "\(files.messages)")
        let object = try JSONSerialization.jsonObject(with: Data(own.output.utf8)) as? [String: Any]
        let moments = try #require(object?["moments"] as? [[String: Double]])
        #expect(!moments.isEmpty && moments.allSatisfy { 0...1 ~= $0["score"] ?? -1 })
        #expect(try data.text("t.svg").contains("sentence 102"))

        let plain = try data.moments("find", "--run", "run", "--qid", "102", "--top", "1")
        #expect(plain.output.contains(" 1  00:") && !plain.output.contains(" 2  00:"))
        #expect(plain.output.contains("annotated  00:00 – 00:06"))
    }

    @Test("takes other settings for how answers are read off, and refuses those that its parameters do not fit")
    func otherSettings() throws {
        let data = try TinyData(epochs: 1)
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        func predicted(_ setting: String) throws -> (code: Int32, text: String, messages: String) {
            let call = try data.moments(
                "predict", "run", "--annotations", "val.jsonl", "--out", "p.jsonl", "--set", setting)
            return (call.code, call.code == 0 ? try data.text("p.jsonl") : "", call.messages)
        }
        let sum = try predicted("model.cdnet.highlights=sum")
        let relevance = try predicted("model.cdnet.highlights=relevance")
        #expect(sum.code == 0 && relevance.code == 0 && sum.text != relevance.text)
        let misfit = try predicted("model.cdnet.localizerLayers=5")
        #expect(misfit.code == 65 && misfit.messages.contains("localizer.layers."), "\(misfit.messages)")
    }

    @Test("refuses features of another recipe and says why")
    func otherFeatures() throws {
        let data = try TinyData(epochs: 1)
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        let swapped = try data.moments(
            "predict", "run", "--annotations", "val.jsonl", "--out", "p.jsonl", "--set", "data.video=[look, motion]")
        #expect(swapped.code == 65 && swapped.messages.contains("widths of the video features: 6 + 4, not 4 + 6"))
        let slower = try data.moments(
            "predict", "run", "--annotations", "val.jsonl", "--out", "p.jsonl", "--set", "data.clipLength=1")
        #expect(slower.code == 65 && slower.messages.contains("clip length: 2.0 s, not 1.0 s"))
        #expect(!FileManager.default.fileExists(atPath: data.url("p.jsonl").path))
    }

    @Test("of simulated features says so wherever it speaks")
    func simulated() throws {
        let data = try TinyData(epochs: 1)
        let trained = try data.moments("train", "tiny.yaml", "--set", "data.simulated=true")
        #expect(trained.messages.contains("simulated features"))
        #expect(try data.text("run/metrics.jsonl").contains("\"simulated\":true"))
        #expect(try data.text("run/curves.svg").contains("simulated features"))
        #expect(try data.moments("evaluate", "run").output.contains("simulated features"))
        #expect(try data.moments("evaluate", "run", "--json").output.contains("\"simulated\": true"))
        #expect(try data.moments("find", "--run", "run", "--qid", "100").output.contains("simulated features"))
    }

    @Test("mistakes in a call are named, with exit codes of sysexits.h")
    func mistakes() throws {
        let data = try TinyData(training: 4, validation: 2, epochs: 1)
        #expect(try data.moments("evaluate", "nowhere").code == 66)
        #expect(try data.moments("find", "--run", "run").code == 64)
        try data.write("no checkpoint", to: "bad.safetensors")
        let damaged = try data.moments("predict", "bad.safetensors", "--annotations", "val.jsonl", "--out", "p.jsonl")
        #expect(damaged.code == 65 && damaged.messages.contains("bad.safetensors"))
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        #expect(try data.moments("find", "--run", "run", "--qid", "9").code == 64)
        #expect(try data.moments("evaluate", "run", "--split", "test").code == 78)
    }
}
