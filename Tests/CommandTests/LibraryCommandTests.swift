import Foundation
import Testing

@Suite struct `A library by commands` {
    private struct Report: Decodable {
        let encoded, unchanged, known: Int
        let failed: [String: String]
        let gone: [String]
        let stopped: Bool
        let videos, clips: Int
        let seconds: Double
    }

    private struct Hit: Decodable {
        let path, video: String
        let start, end, score, cosine, duration: Double
        let confidence, logit: Double?
    }

    private func index(_ folder: VideoFolder, _ arguments: String...) throws -> (Report, Int32) {
        let outcome = try folder.moments.start(
            ["index"] + arguments + ["--clip", "clip", "--library", "library", "--json"]
        ).outcome()
        try #require(!outcome.output.isEmpty, "\(outcome.messages)")
        return (try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)), outcome.code)
    }

    private func search(_ folder: VideoFolder, _ arguments: String...) throws -> [Hit] {
        let outcome = try folder.moments.start(
            ["search"] + arguments + ["--clip", "clip", "--library", "library", "--json"]
        ).outcome()
        try #require(outcome.code == 0, "\(outcome.messages)")
        return try outcome.output.split(separator: "\n").map { try JSONDecoder().decode(Hit.self, from: Data($0.utf8)) }
    }

    @Test func `grows by what is new, knows what was moved, and says what cannot be read`() throws {
        let folder = try VideoFolder(seconds: 6)
        try FileManager.default.createDirectory(at: folder.place("films"), withIntermediateDirectories: true)
        try folder.writeVideo("films/a.mp4", seconds: 4)
        try folder.writeVideo("films/b.mp4", seconds: 8, striped: 2..<6)
        let (first, code) = try index(folder, "films", "door.mp4")
        #expect(
            code == 0 && first.encoded == 3 && first.videos == 3 && first.clips == 9 && abs(first.seconds - 18) < 0.5)
        try FileManager.default.moveItem(at: folder.place("films/a.mp4"), to: folder.place("films/c.mp4"))
        try Data("no video".utf8).write(to: folder.place("films/bad.mp4"))
        let (second, dataError) = try index(folder, "films", "door.mp4")
        #expect(dataError == 65 && second.encoded == 0 && second.known == 1 && second.unchanged == 2)
        #expect(second.gone.map { URL(fileURLWithPath: $0).lastPathComponent } == ["a.mp4"])
        #expect(second.failed.keys.map { URL(fileURLWithPath: $0).lastPathComponent } == ["bad.mp4"])
    }

    @Test func `is divided among machines by shards`() throws {
        let folder = try VideoFolder(seconds: 2)
        try folder.writeVideo("a.mp4", seconds: 4)
        try folder.writeVideo("b.mp4", seconds: 6)
        let parts = try (0..<2).map { try index(folder, "a.mp4", "b.mp4", "door.mp4", "--shard", "\($0)/2").0.encoded }
        #expect(parts == [2, 1])
        let wrong = try folder.moments("index", "a.mp4", "--shard", "2/2", "--clip", "clip", "--library", "library")
        #expect(wrong.code == 64)
    }

    @Test func `is searched by a sentence, by video, and by filters`() throws {
        let folder = try VideoFolder(seconds: 6)
        try folder.writeVideo("stripes.mp4", seconds: 12, striped: 4..<8)
        _ = try index(folder, "door.mp4", "stripes.mp4")
        let hits = try search(folder, "the stripes", "--top", "4")
        #expect(hits.count == 4 && zip(hits, hits.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(hits.allSatisfy { $0.start < $0.end && $0.end <= $0.duration + 0.1 && $0.video.count == 64 })
        let long = try search(folder, "the stripes", "--longer-than", "9")
        #expect(!long.isEmpty && long.allSatisfy { $0.path.hasSuffix("/stripes.mp4") })
        #expect(try search(folder, "the stripes", "--path", "DOOR").allSatisfy { $0.path.hasSuffix("/door.mp4") })
        #expect(try search(folder, "the stripes", "--added-after", "2999-01-01").isEmpty)
        let text = try folder.moments("search", "the stripes", "--by-video", "--clip", "clip", "--library", "library")
        #expect(text.code == 0 && text.output.split(separator: "\n").count { $0.hasPrefix("/") } == 2)
    }

    @Test func `is searched by a trained model with the scores that the model gives the video alone`() throws {
        let folder = try VideoFolder(seconds: 1)
        let striped = (0..<16).map { (index: Int) -> Range<Double> in
            let start = Double(index * 7 % 8 * 2)
            return start..<start + 8
        }
        for (index, moment) in striped.enumerated() {
            try folder.writeVideo("v\(index).mp4", seconds: 24, rate: 2, striped: moment)
        }
        let videos = striped.indices.map { "v\($0).mp4" }
        let extracted = try folder.moments.start(["extract"] + videos + ["--clip", "clip", "--out", "features"])
            .outcome()
        try #require(extracted.code == 0, "\(extracted.messages)")
        // It ends with a calibration on four videos: no good one, and one all the same.
        let trained = try folder.train(["clip"], striped: striped, seconds: 24, epochs: 2)
        try #require(trained.code == 0, "\(trained.messages)")
        _ = try index(folder, "v3.mp4")

        let alone = try FoundAnswer.all(
            folder.moments("find", "v3.mp4", "the stripes", "--model", "run", "--clip", "clip", "--json"))
        let best = try #require(alone.first?.moments.first)
        let hit = try #require(try search(folder, "the stripes", "--model", "run").first)
        #expect(abs(hit.start - best.start) < 1e-3 && abs(hit.end - best.end) < 1e-3)
        #expect(abs(hit.score - best.score) < 1e-6)
        #expect(abs(try #require(hit.confidence) - (try #require(best.confidence))) < 1e-6)
        #expect(hit.logit != nil)
        // Otherwise the comparison of scores says nothing about calibration.
        #expect(alone.first?.scores == "calibrated" && abs(hit.score - (hit.confidence ?? hit.score)) > 1e-3)
    }

    @Test func `that is missing, or was made with other weights, is reported as such`() throws {
        let folder = try VideoFolder(seconds: 2)
        let missing = try folder.moments("search", "x", "--clip", "clip", "--library", "library")
        #expect(missing.code == 66 && missing.messages.contains("moments index"))
        _ = try index(folder, "door.mp4")
        let other = try folder.moments(
            "search", "x", "--clip", "clip", "--library", "library", "--clip-length", "1")
        #expect(other.code == 65 && other.messages.contains("Index again"))
        let clash = try folder.moments("index", "door.mp4", "--clip", "clip", "--library", "clip")
        #expect(clash.code == 73)
    }
}
