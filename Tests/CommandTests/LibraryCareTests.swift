import Foundation
import Testing

@Suite struct `Looking after a library by commands` {
    private struct Merged: Decodable {
        let merged, known, files, videos, clips: Int
        let damaged: [String]
        let stopped: Bool
    }

    private struct Index: Decodable {
        let clips, later, probes: Int
        let recall: Double
        let stale: Bool
    }

    private struct Shown: Decodable { let indexes: [Index] }

    private struct Moment: Decodable, Equatable {
        let path: String
        let start, end, score: Double
    }

    /// A folder with seven small videos.
    private func films() throws -> VideoFolder {
        let folder = try VideoFolder(seconds: 2)
        try FileManager.default.createDirectory(at: folder.place("films"), withIntermediateDirectories: true)
        for index in 0..<7 {
            try folder.writeVideo("films/v\(index).mp4", seconds: Double(2 + 2 * index), striped: 0..<Double(index))
        }
        return folder
    }

    private func index(_ folder: VideoFolder, _ arguments: String...) throws {
        let outcome = try folder.moments.start(["index", "films", "--clip", "clip"] + arguments).outcome()
        try #require(outcome.code == 0, "\(outcome.messages)")
    }

    private func merge(_ folder: VideoFolder) throws -> Merged {
        let outcome = try folder.moments(
            "library", "merge", "part-0", "part-1", "part-2", "--library", "library", "--json")
        try #require(outcome.code == 0, "\(outcome.messages)")
        return try JSONDecoder().decode(Merged.self, from: Data(outcome.output.utf8))
    }

    /// What a search finds, without what depends on how the library came about.
    private func found(_ folder: VideoFolder, in library: String) throws -> String {
        let outcome = try folder.moments(
            "search", "the stripes", "--clip", "clip", "--library", library, "--top", "40", "--json")
        try #require(outcome.code == 0, "\(outcome.messages)")
        return outcome.output
    }

    @Test func `parts of several machines become the library of one, killed in the middle or not`() throws {
        let folder = try films()
        try index(folder, "--library", "alone")
        for part in 0..<3 { try index(folder, "--shard", "\(part)/3", "--library", "part-\(part)") }
        // Killed as soon as there is something to lose.
        let (process, outcome) = try folder.moments.start([
            "library", "merge", "part-0", "part-1", "part-2", "--library", "library",
        ])
        while process.isRunning, folder.names("library/features").isEmpty { usleep(500) }
        kill(process.processIdentifier, SIGKILL)
        _ = try outcome()
        let rest = try merge(folder)
        #expect(rest.merged + rest.known == 7 && rest.videos == 7 && rest.damaged.isEmpty)
        // What the killed one was writing has a name of its own.
        #expect(folder.names("library/features").count { !$0.hasPrefix(".") } == 7)
        #expect(try found(folder, in: "library") == found(folder, in: "alone"))
        let again = try merge(folder)
        #expect(again.merged == 0 && again.known == 7 && again.files == 0 && again.videos == 7)
    }

    @Test func `what was encoded otherwise is refused, and nothing is made of a wrong name`() throws {
        let folder = try films()
        try index(folder, "--shard", "0/3", "--library", "part-0")
        try index(folder, "--shard", "1/3", "--library", "part-1", "--clip-length", "1")
        let refused = try folder.moments("library", "merge", "part-0", "part-1", "--library", "library")
        #expect(refused.code == 65 && refused.messages.contains("--clip-length"), "\(refused.messages)")
        #expect(folder.names("library/features").isEmpty)
        let missing = try folder.moments("library", "merge", "part-0", "part-9", "--library", "other")
        #expect(missing.code == 66 && !folder.exists("other"))
        let itself = try folder.moments("library", "merge", "part-0", "--library", "part-0")
        #expect(itself.code == 64)
    }

    @Test func `videos are forgotten by file, by folder and by id, and files stay`() throws {
        let folder = try films()
        try index(folder, "--library", "library")
        func forget(_ arguments: String...) throws -> MomentsProgram.Outcome {
            try folder.moments.start(["library", "forget"] + arguments + ["--library", "library"]).outcome()
        }
        let one = try forget("films/v6.mp4", "--json")
        #expect(one.code == 0 && one.output.contains("/films/v6.mp4"), "\(one.messages)")
        let id = try #require(one.output.firstMatch(of: /[0-9a-f]{64}/)).output
        #expect(try forget(String(id)).messages.contains("0 videos forgotten"))
        #expect(try !found(folder, in: "library").contains(id))
        #expect(folder.names("films").count == 7 && folder.names("library/features").count == 6)
        try FileManager.default.removeItem(at: folder.place("films/v0.mp4"))
        try index(folder, "--library", "library")
        #expect(try found(folder, in: "library").contains(id))
        #expect(try forget("--gone").output.contains("/films/v0.mp4"))
        #expect(try forget("films").output.split(separator: "\n").count == 6)
        let shown = try folder.moments("library", "--library", "library", "--json")
        #expect(shown.code == 0 && shown.output.contains("\"videos\":0"), "\(shown.messages)")
        #expect(try forget().code == 64)
    }

    @Test func `an index is built, found by, and told of`() throws {
        let folder = try VideoFolder(seconds: 2)
        let options = ["--clip", "clip", "--clip-length", "0.25", "--library", "library"]
        func indexed(_ name: String) throws -> Int32 {
            try folder.moments.start(["index", name] + options).outcome().code
        }
        #expect(try indexed("door.mp4") == 0)
        let few = try folder.moments("library", "vector-index", "--library", "library")
        #expect(few.code == 65 && few.messages.contains("8 clips"))
        try folder.writeVideo("long.mp4", seconds: 300, rate: 4, striped: 100..<160)
        #expect(try indexed("long.mp4") == 0)
        let built = try folder.moments("library", "vector-index", "--library", "library", "--json")
        #expect(built.code == 0, "\(built.messages)")
        let report = try JSONDecoder().decode(Index.self, from: Data(built.output.utf8))
        #expect(report.clips == 1208 && report.later == 0 && report.recall >= 0.98 && !report.stale)
        // Nothing has changed: it stays.
        let files = folder.names("library").filter { $0.hasPrefix("index-") }
        _ = try folder.moments("library", "vector-index", "--library", "library")
        #expect(folder.names("library").filter { $0.hasPrefix("index-") } == files && files.count == 1)
        let answers = try ["exact", "approximate", "automatic"].map { candidates -> [Moment] in
            let call = ["search", "the stripes", "--path", "long", "--json", "--candidates", candidates] + options
            return try folder.moments.start(call).outcome().output.split(separator: "\n").map {
                try JSONDecoder().decode(Moment.self, from: Data($0.utf8))
            }
        }
        #expect(answers[1] == answers[0] && answers[2] == answers[0] && !answers[0].isEmpty)
        let shown = try folder.moments("library", "show", "--library", "library", "--json")
        #expect(try JSONDecoder().decode(Shown.self, from: Data(shown.output.utf8)).indexes.map(\.clips) == [1208])
    }
}
