import Foundation
import TensorFiles
import Testing

@Suite("moments pack", .serialized)
struct PackCommandTests {
    private static let call = [
        "pack", "train.jsonl", "--video", "motion", "look", "--text", "words", "--out", "tiny.pack",
    ]

    @Test("killed at any point goes on and gives the bytes of a call that was never interrupted")
    func killed() throws {
        let data = try TinyData(training: 400, validation: 1)
        #expect(try data.moments.start(Self.call).outcome().code == 0)
        let whole = try Data(contentsOf: data.url("tiny.pack"))
        try FileManager.default.removeItem(at: data.url("tiny.pack"))
        var kills = 0
        for lines in [Int.random(in: 2...200), Int.random(in: 201...500)] {
            let (process, outcome) = try data.moments.start(Self.call)
            // On a fast machine the call may end before it is killed.
            if waitForLines(lines, in: data.url(".tiny.pack.journal"), of: process) {
                kill(process.processIdentifier, SIGKILL)
            }
            if try outcome().code == SIGKILL, !FileManager.default.fileExists(atPath: data.url("tiny.pack").path) {
                kills += 1
            }
        }
        let last = try data.moments.start(Self.call).outcome()
        #expect(last.code == 0, "\(last.messages)")
        #expect(try Data(contentsOf: data.url("tiny.pack")) == whole)
        if kills == 2 { #expect(last.messages.contains("went on from"), "\(last.messages)") }
        let left = try FileManager.default.contentsOfDirectory(atPath: data.folder.path).filter {
            $0.hasPrefix(".tiny.pack")
        }
        #expect(left.isEmpty, "\(left)")
    }

    @Test("on Ctrl-C says how to go on, exits with 130, and goes on")
    func interrupted() throws {
        let data = try TinyData(training: 400, validation: 1)
        let (process, outcome) = try data.moments.start(Self.call)
        let wasInTime = waitForLines(20, in: data.url(".tiny.pack.journal"), of: process)
        process.interrupt()
        let stopped = try outcome()
        guard wasInTime, stopped.code != 0 else { return }
        #expect(stopped.code == 130 && stopped.messages.contains("the same command goes on"), "\(stopped.messages)")
        #expect(!FileManager.default.fileExists(atPath: data.url("tiny.pack").path))
        let last = try data.moments.start(Self.call).outcome()
        #expect(last.code == 0 && last.messages.contains("went on from"), "\(last.messages)")
    }

    @Test("mistakes in a call and bad features are named, with exit codes of sysexits.h")
    func mistakes() throws {
        let data = try TinyData(training: 4, validation: 1)
        #expect(try data.moments("pack", "train.jsonl", "--text", "words", "--out", "t.pack").code == 64)
        #expect(
            try data.moments("pack", "none.jsonl", "--video", "look", "--text", "words", "--out", "t.pack").code == 66)
        try FileManager.default.removeItem(at: data.url("look/v2.npz"))
        let missing = try data.moments("pack", "train.jsonl", "--video", "look", "--text", "words", "--out", "t.pack")
        #expect(missing.code == 66 && missing.messages.contains("v2"), "\(missing.messages)")
        let without = try data.moments(
            "pack", "train.jsonl", "--video", "look", "--text", "words", "--out", "t.pack", "--leave-out-bad", "--json")
        #expect(without.code == 0 && without.output.contains("\"left_out\": 1"), "\(without.messages)")
    }
}

@Suite("moments check", .serialized)
struct CheckCommandTests {
    @Test("lists every wrong line and every bad feature, and exits with 65")
    func lists() throws {
        let data = try TinyData(training: 6, validation: 2)
        let good = try data.moments(
            "check", "train.jsonl", "val.jsonl", "--video", "motion", "look", "--text", "words")
        #expect(good.code == 0, "\(good.messages)")
        #expect(good.output.contains("train.jsonl: 6 queries (qvhighlights), every line good"))
        #expect(good.output.contains("2 queries, 2 videos") && good.output.contains("0 bad queries"))

        try data.write(try data.text("train.jsonl") + "\n{\"qid\": 77}\nnonsense\n", to: "train.jsonl")
        try FileManager.default.removeItem(at: data.url("words/qid4.npz"))
        try NPZFile.write(
            ["features": StoredTensor([Float](repeating: .nan, count: 24), shape: [6, 4])], to: data.url("look/v5.npz"))
        let bad = try data.moments("check", "train.jsonl", "--video", "motion", "look", "--text", "words")
        #expect(bad.code == 65)
        for part in ["2 wrong lines", "train.jsonl:7:", "train.jsonl:8:", "qid4.npz", "look/v5.npz", "2 bad queries"] {
            #expect(bad.output.contains(part), "\(bad.output)")
        }
        let lines = try data.moments("check", "train.jsonl", "--json")
        let object = try JSONSerialization.jsonObject(with: Data(lines.output.utf8)) as? [String: Any]
        #expect(object?["ok"] as? Bool == false && object?["queries"] as? Int == 6)
        // Line 7 lacks several keys.
        let wrong = (object?["lines"] as? [[String: Any]])?.compactMap { $0["line"] as? Int } ?? []
        #expect(Set(wrong) == [7, 8] && wrong.count > 2)
        #expect(object?["features"] == nil)
        let quick = try data.moments(
            "check", "val.jsonl", "--video", "motion", "look", "--text", "words", "--depth", "exists")
        #expect(quick.code == 0)
        #expect(try data.moments("check", "none.jsonl").code == 66)
        #expect(try data.moments("check", "val.jsonl", "--video", "look").code == 64)
    }

    @Test("looks into a pack")
    func pack() throws {
        let data = try TinyData(training: 4, validation: 2)
        let packed = try data.moments(
            "pack", "train.jsonl", "--video", "motion", "look", "--text", "words", "--out", "tiny.pack")
        #expect(packed.code == 0)
        #expect(try data.moments("check", "train.jsonl", "--pack", "tiny.pack").code == 0)
        let shown = try data.moments("inspect", "tiny.pack")
        #expect(
            shown.code == 0 && shown.output.contains("4 videos with ") && shown.output.contains("4 sentences with "),
            "\(shown.output) \(shown.messages)")
        #expect(shown.output.contains("motion") && shown.output.contains("2.0 s, at most 75; longer videos are cut"))
        let other = try data.moments("check", "val.jsonl", "--pack", "tiny.pack")
        #expect(other.code == 65 && other.output.contains("v100"), "\(other.output)")
    }
}

@Suite("A configuration with a pack", .serialized)
struct PackConfigurationTests {
    @Test("is refused where it asks for other clips than those that were packed; what it leaves out is the pack's")
    func contradiction() throws {
        let data = try TinyData(training: 4, validation: 2, epochs: 1)
        let packed = try data.moments(
            "pack", "train.jsonl", "val.jsonl", "--video", "motion", "look", "--text", "words", "--out", "tiny.pack",
            "--max-clips", "5", "--max-words", "4")
        #expect(packed.code == 0, "\(packed.messages)")
        func train(_ change: String) throws -> MomentsProgram.Outcome {
            try data.moments("train", "tiny.yaml", "--set", "data.pack=tiny.pack", "--set", change)
        }
        for (change, said) in [
            ("data.longVideos=sample", "data.longVideos: the configuration says sample"),
            ("data.clipLength=1", "was packed with 2.0"), ("data.maxClips=6", "says 6, but"),
            ("data.maxWords=5", "(--max-words)"), ("data.temporalEndpoints=false", "was packed with true"),
            ("data.normalised=false", "was packed with true"), ("data.maxWords=null", "says no limit, but"),
        ] {
            let refused = try train(change)
            #expect(refused.code == 65 && refused.messages.contains(said), "\(change): \(refused.messages)")
        }
        let agreed = try train("data.maxClips=5")
        #expect(agreed.code == 0, "\(agreed.messages)")
    }
}

@Suite("moments simulate", .serialized)
struct SimulateCommandTests {
    @Test("goes on after Ctrl-C, gives the bytes of a call that was never interrupted, and names mistakes")
    func interrupted() throws {
        let data = try TinyData(training: 60, validation: 1)
        let whole = try data.moments("simulate", "train.jsonl", "--out", "whole")
        #expect(whole.code == 0 && whole.output.contains("60 videos and 60 queries"), "\(whole.messages)")
        let (process, outcome) = try data.moments.start(["simulate", "train.jsonl", "--out", "sim"])
        let clips = data.url("sim/clip_features")
        while process.isRunning,
            (try? FileManager.default.contentsOfDirectory(atPath: clips.path))?.count ?? 0 < 5
        { usleep(1_000) }
        process.interrupt()
        let stopped = try outcome()
        if stopped.code != 0 {
            #expect(stopped.code == 130 && stopped.messages.contains("goes on from there"), "\(stopped.messages)")
        }
        #expect(try data.moments("simulate", "train.jsonl", "--out", "sim").code == 0)
        for name in ["clip_features/v7.npz", "slowfast_features/v59.npz", "clip_text_features/qid3.npz"] {
            #expect(try Data(contentsOf: data.url("sim/\(name)")) == Data(contentsOf: data.url("whole/\(name)")))
        }
        let other = try data.moments("simulate", "train.jsonl", "--out", "sim", "--seed", "9")
        #expect(other.code == 73 && other.messages.contains("another seed"), "\(other.messages)")
        #expect(try data.moments("simulate", "none.jsonl", "--out", "other").code == 66)
    }
}
