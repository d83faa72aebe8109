import Foundation
import Testing

@Suite struct `A library that watches its folders` {
    private struct Round: Decodable {
        let encoded, known, videos, clips: Int
        let gone: [String]
    }

    /// What it has told so far, a line a round.
    private func rounds(_ folder: VideoFolder) -> [Round] {
        folder.names("").filter { $0.hasPrefix(".output-") }.flatMap { name -> [Round] in
            let text = (try? String(contentsOf: folder.place(name), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Round.self, from: Data($0.utf8)) }
        }
    }

    /// Waits until the last round is as wanted; half a minute at most.
    private func wait(_ folder: VideoFolder, _ process: Process, until isRight: (Round) -> Bool) throws -> [Round] {
        for _ in 0..<3000 {
            let rounds = rounds(folder)
            if let last = rounds.last, isRight(last) { return rounds }
            try #require(process.isRunning)
            usleep(10_000)
        }
        return rounds(folder)
    }

    @Test func `takes up what comes when it is whole, knows what is moved, and ends with Ctrl-C`() throws {
        let folder = try VideoFolder(seconds: 2)
        try FileManager.default.createDirectory(at: folder.place("films"), withIntermediateDirectories: true)
        try folder.writeVideo("long.mp4", seconds: 8)
        let (process, outcome) = try folder.moments.start([
            "index", "films", "--watch", "--clip", "clip", "--library", "library", "--json",
        ])
        defer { process.terminate() }
        try FileManager.default.moveItem(at: folder.place("door.mp4"), to: folder.place("films/door.mp4"))
        #expect(try wait(folder, process) { $0.videos == 1 }.last?.encoded == 1)

        // Half of a video, whose writer takes its time; another one comes meanwhile, into a new folder.
        let bytes = try Data(contentsOf: folder.place("long.mp4"))
        try Data().write(to: folder.place("films/long.mp4"))
        let writer = try FileHandle(forWritingTo: folder.place("films/long.mp4"))
        try writer.write(contentsOf: bytes.prefix(bytes.count / 2))
        try FileManager.default.createDirectory(at: folder.place("films/new"), withIntermediateDirectories: true)
        try folder.writeVideo("films/new/other.mp4", seconds: 4, striped: 0..<2)
        #expect(try wait(folder, process) { $0.videos == 2 }.last?.videos == 2)
        try writer.write(contentsOf: bytes.dropFirst(bytes.count / 2))
        try writer.close()
        let whole = try wait(folder, process) { $0.videos == 3 }
        #expect(whole.last?.videos == 3 && whole.map(\.encoded).reduce(0, +) == 3)

        try FileManager.default.moveItem(at: folder.place("films/long.mp4"), to: folder.place("films/new/moved.mp4"))
        let moved = try #require(try wait(folder, process) { !$0.gone.isEmpty }.last)
        #expect(moved.known == 1 && moved.videos == 3 && moved.gone[0].hasSuffix("/films/long.mp4"))

        process.interrupt()
        let ended = try outcome()
        #expect(ended.code == 0 && ended.messages.contains("what was taken up is kept"), "\(ended.messages)")
        // Half of it was never tried.
        #expect(ended.messages.matches(of: #/long\.mp4: /#).count == 1)
        #expect(ended.messages.contains(#/long\.mp4: [0-9]+ clips/#))
        // Nothing is left to do for a call after it.
        let after = try folder.moments("index", "films", "--clip", "clip", "--library", "library")
        #expect(after.code == 0 && after.output.hasPrefix("0 encoded, 3 unchanged"))
    }
}
