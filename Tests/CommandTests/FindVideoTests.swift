import Foundation
import Hashing
import Media
import TensorFiles
import Testing

/// An answer of `moments find --json`.
struct FoundAnswer: Decodable {
    struct Moment: Decodable {
        let start, end, score: Double
        let confidence, logit, cosine: Double?
    }
    struct Calibration: Decodable {
        let moments: Int
    }

    let query, vid, scores: String
    let duration: Double
    let moments: [Moment]
    let confident: Bool?
    let calibration: Calibration?
    let saliency: [Double]

    enum CodingKeys: String, CodingKey {
        case query, vid, scores, duration, moments, confident, calibration
        case saliency = "pred_saliency_scores"
    }

    static func all(_ outcome: MomentsProgram.Outcome) throws -> [FoundAnswer] {
        try #require(outcome.code == 0, "\(outcome.messages)")
        return try outcome.output.split(separator: "\n").map {
            try JSONDecoder().decode(FoundAnswer.self, from: Data($0.utf8))
        }
    }
}

@Suite struct `Finding in videos` {
    private func find(_ folder: VideoFolder, _ arguments: String...) throws -> [FoundAnswer] {
        try FoundAnswer.all(folder.moments.start(["find"] + arguments + ["--clip", "clip", "--json"]).outcome())
    }

    @Test func `a trained model finds a moment that lies across a window's border, in an hour of video`() throws {
        let folder = try VideoFolder(seconds: 1)
        // Where the stripes lie in the videos that the model learns from.
        let striped = (0..<16).map { index -> Range<Double> in
            let start = Double(index * 7 % 12) * 4
            return start..<start + Double(8 + index % 4 * 6)
        }
        for (index, moment) in striped.enumerated() {
            try folder.writeVideo("v\(index).mp4", seconds: 80, rate: 2, striped: moment)
        }
        let videos = striped.indices.map { "v\($0).mp4" }
        let extracted = try folder.moments.start(
            ["extract"] + videos + ["--clip", "clip", "--out", "features"]
        ).outcome()
        try #require(extracted.code == 0, "\(extracted.messages)")
        let trained = try folder.train(["clip"], striped: striped, seconds: 80, epochs: 30)
        try #require(trained.code == 0, "\(trained.messages)")

        // Windows of 75 clips begin every 37: the first border is at 150 s.
        try folder.writeVideo("hour.mp4", seconds: 3600, rate: 1, striped: 140..<164)
        let answer = try #require(try find(folder, "hour.mp4", "the stripes", "--model", "run").first)
        #expect(abs(answer.duration - 3600) < 2 && answer.saliency.count == 1800)
        let best = try #require(answer.moments.first)
        let (shared, all) = (min(best.end, 164) - max(best.start, 140), max(best.end, 164) - min(best.start, 140))
        #expect(shared / all > 0.5, "found \(best.start) to \(best.end) with \(best.score)")
        #expect(best.logit != nil && best.confidence != nil)
        #expect(answer.scores == (answer.calibration == nil ? "uncalibrated" : "calibrated"))
    }

    @Test func `a model of SlowFast and CLIP gives a video the answer that its extracted features get`() throws {
        let folder = try VideoFolder(seconds: 1)
        let striped: [Range<Double>] = [0..<4, 2..<6, 4..<8]
        for (index, moment) in striped.enumerated() {
            try folder.writeVideo("v\(index).mp4", seconds: 8, striped: moment)
        }
        let encoders = ["--clip", "clip", "--slowfast", "slowfast.safetensors"]
        let extracted = try folder.moments.start(
            ["extract", "v0.mp4", "v1.mp4", "v2.mp4", "--encoder", "clip,slowfast", "--out", "features"] + encoders
        ).outcome()
        try #require(extracted.code == 0, "\(extracted.messages)")
        let trained = try folder.train(["slowfast", "clip"], striped: striped, seconds: 8, epochs: 1)
        try #require(trained.code == 0, "\(trained.messages)")

        let fresh = try find(folder, "v2.mp4", "the stripes", "--model", "run", "--slowfast", "slowfast.safetensors")
        let stored = try find(
            folder, "the stripes", "--model", "run", "--features",
            "features/slowfast_features/v2.npz,features/clip_features/v2.npz", "--text", "text/qid2.npz")
        #expect(fresh[0].moments.count == stored[0].moments.count && !fresh[0].moments.isEmpty)
        #expect(fresh[0].saliency.count == stored[0].saliency.count)
        #expect(zip(fresh[0].saliency, stored[0].saliency).allSatisfy { abs($0 - $1) < 2e-4 })
        for (left, right) in zip(fresh[0].moments, stored[0].moments) {
            #expect(abs(left.score - right.score) < 1e-4)
        }
        let missing = try folder.moments("find", "v2.mp4", "x", "--model", "run", "--clip", "clip")
        #expect(missing.code == 64 && missing.messages.contains("--slowfast"))
        // Other weights than those of the training are no matter of taste.
        let other = try folder.moments(
            "find", "v2.mp4", "x", "--model", "run", "--clip", "clip", "--slowfast", "clip/model.safetensors")
        #expect(other.code == 65)
    }

    @Test func `a video that was encoded before is asked without being decoded`() throws {
        let folder = try VideoFolder(seconds: 6)
        let first = try find(folder, "door.mp4", "the door")
        // The entry, under the name of a file that no decoder could read.
        try Data("no video at all".utf8).write(to: folder.place("text.mp4"))
        let entry = try #require(folder.names("cache/videos").first)
        let file = try SafetensorsFile(contentsOf: folder.place("cache/videos/\(entry)"))
        let hashes = try ["door.mp4", "text.mp4"].map { try ContentHash.sha256(of: folder.place($0)) }
        let card = try #require(file.metadata["video"]).replacingOccurrences(of: hashes[0], with: hashes[1])
        struct Card: Decodable {
            let key: String
        }
        let key = try JSONDecoder().decode(Card.self, from: Data(card.utf8)).key
        let forged = folder.place("cache/videos/\(ContentHash.sha256(of: key)).video.safetensors")
        try SafetensorsFile.write(
            file.all, metadata: file.metadata.merging(["video": card]) { $1 }, to: forged)
        let second = try find(folder, "text.mp4", "the door")
        #expect(second[0].saliency == first[0].saliency)
        #expect(second[0].moments.map(\.start) == first[0].moments.map(\.start))
        let decoded = try folder.moments("find", "text.mp4", "the door", "--clip", "clip", "--no-cache")
        #expect(decoded.code == 65)
    }

    @Test func `two videos do not mix in the cache`() throws {
        let folder = try VideoFolder(seconds: 10)
        try folder.writeVideo("stripes.mp4", seconds: 16, striped: 4..<10)
        let alone = try ["door.mp4", "stripes.mp4"].map { try find(folder, $0, "the door", "--no-cache")[0] }
        #expect(folder.names("cache/videos").isEmpty)
        for _ in 0..<2 {
            for (name, expected) in zip(["stripes.mp4", "door.mp4"], alone.reversed()) {
                let kept = try find(folder, name, "the door")[0]
                #expect(kept.vid == name && kept.saliency == expected.saliency && kept.duration == expected.duration)
            }
        }
        #expect(folder.names("cache/videos").count == 2)
    }

    @Test func `sentences come from a file, plain or with fields`() throws {
        let folder = try VideoFolder(seconds: 4)
        let lines = "the door\n\n  {\"query\": \"the light\"}\r\nthe end"
        try Data(lines.utf8).write(to: folder.place("questions.txt"))
        let found = try find(folder, "door.mp4", "--queries", "questions.txt")
        #expect(found.map(\.query) == ["the door", "the light", "the end"])
        try Data("{\"text\": \"a.npz\"}".utf8).write(to: folder.place("questions.txt"))
        let wrong = try folder.moments("find", "door.mp4", "--queries", "questions.txt", "--clip", "clip")
        #expect(wrong.code == 64 && wrong.messages.contains("questions.txt, line 1"))
        let both = try folder.moments("find", "door.mp4", "x", "--queries", "questions.txt", "--clip", "clip")
        #expect(both.code == 64)
    }

    @Test func `the timeline shows pictures of the video, as SVG and as PNG`() throws {
        let folder = try VideoFolder(seconds: 8)
        for name in ["a.svg", "a.png"] {
            _ = try find(folder, "door.mp4", "the door", "the light", "--threshold", "0", "--plot", name)
        }
        let svg = try String(contentsOf: folder.place("a.svg"), encoding: .utf8)
        #expect(svg.components(separatedBy: "<image").count == 12)
        #expect(svg.contains("data:image/jpeg;base64,/9j/"))
        #expect(folder.exists("a-2.svg"))
        for name in ["a.png", "a-2.png"] {
            #expect(try Data(contentsOf: folder.place(name)).prefix(4) == Data([137, 80, 78, 71]))
        }
        #expect(try folder.moments("find", "door.mp4", "x", "--clip", "clip", "--plot", "a.gif").code == 64)
    }

    @Test func `clips carry sound, have their moments' lengths and names of their own`() throws {
        let folder = try VideoFolder(seconds: 1)
        try folder.writeVideo("door.mp4", seconds: 20, hasSilence: true)
        let found = try find(
            folder, "door.mp4", "the door", "the light", "--threshold", "0", "--top", "2", "--cut", "cuts")
        var expected: [String] = []
        for (index, answer) in found.enumerated() {
            for (rank, moment) in answer.moments.enumerated() {
                let name = "door-q\(index + 1)-\(rank + 1).mp4"
                expected.append(name)
                let info = try VideoInfo(of: folder.place("cuts/\(name)"))
                #expect(info.hasAudio)
                #expect(abs((info.duration ?? 0) - (moment.end - moment.start)) < 0.3, "\(name)")
            }
        }
        #expect(folder.names("cuts") == expected.sorted() && expected.count >= 2)
    }
}
