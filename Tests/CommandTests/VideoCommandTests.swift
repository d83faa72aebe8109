import Encoders
import Foundation
import Media
import TensorFiles
import TestSupport
import Testing
import Torch

@Suite("extract and find on videos")
struct VideoCommandTests {
    private struct Found: Decodable {
        struct Moment: Decodable {
            let start, end, score: Double
        }
        let query: String
        let duration: Double
        let confident: Bool
        let moments: [Moment]
        let best: Moment?
        let saliency: [Double]

        enum CodingKeys: String, CodingKey {
            case query, duration, confident, moments
            case best = "best_below_threshold"
            case saliency = "pred_saliency_scores"
        }
    }

    private func found(_ output: String) throws -> [Found] {
        try output.split(separator: "\n").map { try JSONDecoder().decode(Found.self, from: Data($0.utf8)) }
    }

    @Test("sentences of annotations become files that training reads, once")
    func extractSentences() throws {
        let folder = try VideoFolder(seconds: 1)
        defer { folder.remove() }
        let lines = ["a b", "the"].enumerated().map {
            "{\"qid\": \($0), \"query\": \"\($1)\", \"vid\": \"v\", \"duration\": 10, \"relevant_windows\": [[0, 2]]}"
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: folder.place("val.jsonl"))
        func extract(_ clip: String) throws -> MomentsProgram.Outcome {
            try folder.moments("extract", "--sentences", "val.jsonl", "--clip", clip, "--out", "features")
        }
        let first = try extract("clip")
        #expect(first.code == 0 && first.output.contains("2 sentences encoded"), "\(first.messages)")
        let clip = try CLIP(contentsOf: folder.place("clip"))
        let expected = try clip.encode(sentences: ["the"])[0]
        let file = try NPZFile(contentsOf: folder.place("features/clip_text_features/qid1.npz"))
        let words = Tensor(try file.tensor(named: "last_hidden_state")).to(.float32)
        let pooled = Tensor(try file.tensor(named: "pooler_output")).to(.float32)
        #expect(mismatch(words, expected.words, relative: 1e-3, absolute: 1e-3) == nil)
        #expect(mismatch(pooled, expected.pooled, relative: 1e-3, absolute: 1e-3) == nil)
        #expect(try extract("clip").output.contains("0 sentences encoded, 2 there already"))

        var sizes = CLIPConfiguration.tiny
        (sizes.imageSize, sizes.vocabularySize) = (32, 516)
        try CLIP(sizes, seed: 9).save(to: folder.place("other"), vocabulary: folder.place("merges.txt"))
        let other = try extract("other")
        #expect(other.code == 64 && other.messages.contains("other weights"))
        #expect(try folder.moments("extract", "--out", "features").code == 64)
    }

    @Test("a video becomes feature files with a recipe; a second call finds them; a bad video does not stop the rest")
    func extract() throws {
        let folder = try VideoFolder()
        defer { folder.remove() }
        try Data("no video".utf8).write(to: folder.url.appendingPathComponent("bad.mp4"))
        func extract() throws -> MomentsProgram.Outcome {
            try folder.moments(
                "extract", "bad.mp4", "door.mp4", "--encoder", "clip,slowfast", "--clip", "clip", "--slowfast",
                "slowfast.safetensors", "--out", "features")
        }
        let first = try extract()
        #expect(first.code == 65, "\(first.messages)")
        #expect(first.messages.contains("bad.mp4") && first.messages.contains("1 of 2"))
        #expect(first.output.contains("door.mp4"))
        let clip = "features/clip_features/door.npz"
        let features = try NPZFile(contentsOf: folder.url.appendingPathComponent(clip)).tensor(named: "features")
        #expect(features.dtype == .float16 && features.shape == [10, 64])
        let recipe = try String(contentsOf: folder.url.appendingPathComponent("features/recipe.json"), encoding: .utf8)
        #expect(recipe.contains("\"clipLength\"") && recipe.contains("slowfast-8x8-r"))
        let before = try folder.modified(clip)
        #expect(try extract().output.contains("there already"))
        #expect(try folder.modified(clip) == before)

        var sizes = CLIPConfiguration.tiny
        (sizes.imageSize, sizes.vocabularySize) = (32, 516)
        try CLIP(sizes, seed: 9).save(to: folder.url.appendingPathComponent("other"))
        let other = try folder.moments("extract", "door.mp4", "--clip", "other", "--out", "features")
        #expect(other.code == 64 && other.messages.contains("other weights"))
    }

    @Test(
        "sentences are put to a video by CLIP alone; the second question needs no decoding; a threshold may leave none")
    func find() throws {
        let folder = try VideoFolder()
        defer { folder.remove() }
        let first = try folder.moments(
            "find", "door.mp4", "the door", "the light", "--clip", "clip", "--json", "--threshold", "0", "--plot",
            "a.svg")
        #expect(first.code == 0, "\(first.messages)")
        let answers = try found(first.output)
        #expect(answers.map(\.query) == ["the door", "the light"])
        #expect(answers.allSatisfy { abs($0.duration - 20) < 0.2 && !$0.moments.isEmpty && $0.confident })
        #expect(answers.allSatisfy { $0.moments.allSatisfy { (0...1).contains($0.score) && $0.end <= 20.2 } })
        for name in ["a.svg", "a-2.svg"] {
            #expect(try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8).contains("<svg"))
        }
        let cached = try FileManager.default.contentsOfDirectory(
            atPath: folder.url.appendingPathComponent("cache/videos").path)
        #expect(cached.count == 1)
        // What is encoded anew is renamed into place, as another file.
        func number() throws -> UInt64? {
            let entry = folder.url.appendingPathComponent("cache/videos/\(cached[0])")
            return try FileManager.default.attributesOfItem(atPath: entry.path)[.systemFileNumber] as? UInt64
        }
        let kept = try #require(try number())

        let second = try folder.moments(
            "find", "door.mp4", "the door", "--clip", "clip", "--json", "--threshold", "1")
        let none = try #require(try found(second.output).first)
        #expect(try number() == kept)
        #expect(!none.confident && none.moments.isEmpty)
        // A sentence's own numbers may differ in the last digits beside another one.
        let (alone, beside) = try (#require(none.best), #require(answers[0].moments.first))
        #expect(abs(alone.score - beside.score) < 1e-3 * beside.score)
        #expect(zip(none.saliency, answers[0].saliency).allSatisfy { abs($0 - $1) < 1e-3 })
        #expect(none.saliency.count == answers[0].saliency.count)
        let text = try folder.moments(
            "find", "door.mp4", "the door", "--clip", "clip", "--threshold", "1", "--no-cache")
        #expect(text.output.contains("No confident moment"))
    }

    @Test("another precision and other frames are other features: in the recipe, in the cache, and not mixed")
    func choices() throws {
        let folder = try VideoFolder()
        defer { folder.remove() }
        func extract(_ choice: String..., to out: String) throws -> MomentsProgram.Outcome {
            try folder.moments.start(["extract", "door.mp4", "--clip", "clip", "--out", out] + choice).outcome()
        }
        func recipe(_ out: String) throws -> String {
            try String(contentsOf: folder.url.appendingPathComponent("\(out)/recipe.json"), encoding: .utf8)
        }
        #expect(try extract("--precision", "int8", to: "fast").code == 0)
        #expect(try recipe("fast").contains("-int8\""))
        #expect(try extract("--frames", "nearest-key", to: "near").code == 0)
        #expect(try recipe("near").contains("key frame"))
        let mixed = try extract(to: "fast")
        #expect(mixed.code == 64 && mixed.messages.contains("another precision"))
        for choice in [[], ["--precision", "int8"], ["--frames", "nearest-key"], ["--precision", "int8"]] {
            let found = try folder.moments.start(["find", "door.mp4", "the door", "--clip", "clip"] + choice).outcome()
            #expect(found.code == 0, "\(found.messages)")
        }
        let cached = try FileManager.default.contentsOfDirectory(
            atPath: folder.url.appendingPathComponent("cache/videos").path)
        #expect(cached.count == 3)
        let vain = try folder.moments(
            "extract", "door.mp4", "--encoder", "clip,slowfast", "--clip", "clip", "--slowfast", "slowfast.safetensors",
            "--out", "both", "--frames", "nearest-key")
        #expect(vain.code == 64 && vain.messages.contains("CLIP alone"))
    }

    @Test("features that were extracted are those that find computes")
    func equal() throws {
        let folder = try VideoFolder()
        defer { folder.remove() }
        let extracted = try folder.moments("extract", "door.mp4", "--clip", "clip", "--out", "features")
        #expect(extracted.code == 0, "\(extracted.messages)")
        _ = try folder.moments("find", "door.mp4", "the door", "--clip", "clip")
        let file = try NPZFile(contentsOf: folder.url.appendingPathComponent("features/clip_features/door.npz"))
        let cache = folder.url.appendingPathComponent("cache/videos")
        let entry = try #require(try FileManager.default.contentsOfDirectory(atPath: cache.path).first)
        let kept = try SafetensorsFile(contentsOf: cache.appendingPathComponent(entry)).all
        let name = try #require(kept.names.first)
        #expect(try kept[name]?.doubles() == file.tensor(named: "features").doubles())
    }

    @Test("moments are cut out as videos of their length")
    func cut() throws {
        let folder = try VideoFolder()
        defer { folder.remove() }
        let outcome = try folder.moments(
            "find", "door.mp4", "the door", "--clip", "clip", "--json", "--threshold", "0", "--top", "1", "--cut",
            "cuts")
        #expect(outcome.code == 0, "\(outcome.messages)")
        let moment = try #require(try found(outcome.output).first?.moments.first)
        let info = try VideoInfo(of: folder.url.appendingPathComponent("cuts/door-1.mp4"))
        #expect(abs((info.duration ?? 0) - (moment.end - moment.start)) < 0.3)
    }

    @Test("a user's mistakes are said with what to do")
    func mistakes() throws {
        let folder = try VideoFolder(seconds: 2)
        defer { folder.remove() }
        #expect(try folder.moments("find", "door.mp4").code == 64)
        let weights = try folder.moments("extract", "door.mp4", "--slowfast", "s.pkl", "--out", "f")
        #expect(weights.code == 64 && weights.messages.contains("--clip"))
        let missing = try folder.moments("find", "none.mp4", "the door", "--clip", "clip")
        #expect(missing.code == 66 && missing.messages.contains("none.mp4"))
        let threshold = try folder.moments("find", "door.mp4", "x", "--clip", "clip", "--threshold", "2")
        #expect(threshold.code == 64)
        #expect(try folder.moments("extract", "door.mp4", "--encoder", "vgg", "--out", "f").code == 64)
        try Data("x".utf8).write(to: folder.url.appendingPathComponent("weights.pt"))
        #expect(try folder.moments("find", "door.mp4", "x", "--clip", "weights.pt").code == 65)
    }
}
