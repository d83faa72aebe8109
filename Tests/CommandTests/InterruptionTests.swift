import Foundation
import Testing

@Suite struct `Ctrl-C at work on videos` {
    /// Starts a call, waits until something is there, and interrupts it.
    private func interrupt(
        _ folder: VideoFolder, _ arguments: [String], when isReady: () -> Bool
    ) throws -> MomentsProgram.Outcome {
        let (process, outcome) = try folder.moments.start(arguments)
        while process.isRunning, !isReady() { Thread.sleep(forTimeInterval: 0.005) }
        process.interrupt()
        return try outcome()
    }

    /// Long enough to be met at work: 3600 pictures.
    private func writeLong(_ name: String, in folder: VideoFolder) throws {
        try folder.writeVideo(name, seconds: 900, rate: 4)
    }

    @Test func `extract keeps what is whole, says how far it came, and goes on`() throws {
        let folder = try VideoFolder(seconds: 4)
        try writeLong("long.mp4", in: folder)
        let call = ["extract", "door.mp4", "long.mp4", "--clip", "clip", "--clip-length", "0.25", "--out", "features"]
        let stopped = try interrupt(folder, call) { folder.exists("features/clip_features/door.npz") }
        #expect(stopped.code == 130, "\(stopped.messages)")
        #expect(
            stopped.messages.contains("1 of 2 videos are encoded to features") && stopped.messages.contains("goes on"))
        #expect(folder.names("features/clip_features") == ["door.npz"])
        #expect(folder.names("features") == ["clip_features", "recipe.json"])
        let rest = try folder.moments.start(call).outcome()
        #expect(rest.code == 0 && rest.output.contains("door.mp4: there already"))
        #expect(folder.names("features/clip_features") == ["door.npz", "long.npz"])
    }

    @Test func `find keeps nothing of a video that was not encoded to its end`() throws {
        let folder = try VideoFolder(seconds: 1)
        try writeLong("long.mp4", in: folder)
        let (process, outcome) = try folder.moments.start(
            ["find", "long.mp4", "the door", "--clip", "clip", "--clip-length", "0.25", "--no-cache"])
        let open = "/proc/\(process.processIdentifier)/fd"
        func isReading() -> Bool {
            ((try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []).contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(open)/\($0)"))?.hasSuffix("long.mp4")
                    == true
            }
        }
        while process.isRunning, !isReading() { Thread.sleep(forTimeInterval: 0.002) }
        process.interrupt()
        let stopped = try outcome()
        #expect(stopped.code == 130, "\(stopped.messages)")
        #expect(stopped.messages.contains("nothing is kept") && stopped.output.isEmpty)
        #expect(folder.names("cache/videos").isEmpty)
    }

    @Test func `a cut that is stopped leaves the clips before it and no half one`() throws {
        let folder = try VideoFolder(seconds: 1)
        try writeLong("long.mp4", in: folder)
        let call = [
            "find", "long.mp4", "the door", "--clip", "clip", "--threshold", "0", "--cut", "cuts", "--top", "5",
            "--json",
        ]
        let stopped = try interrupt(folder, call) { folder.names("cuts").contains { $0.hasPrefix(".") } }
        if stopped.code == 130 {
            #expect(stopped.messages.contains("clips are written to "))
            #expect(stopped.output.contains("\"moments\""))
        }
        #expect(folder.names("cuts").allSatisfy { !$0.hasPrefix(".") })
    }

    @Test func `an encoder's file does not stay alone where the other's cannot be written`() throws {
        let folder = try VideoFolder(seconds: 4)
        // A folder in the file's place cannot be renamed onto.
        try FileManager.default.createDirectory(
            at: folder.place("features/clip_features/door.npz/full"), withIntermediateDirectories: true)
        let outcome = try folder.moments(
            "extract", "door.mp4", "--encoder", "clip,slowfast", "--clip", "clip", "--slowfast", "slowfast.safetensors",
            "--out", "features")
        #expect(outcome.code != 0 && outcome.messages.contains("clip_features/door.npz"), "\(outcome.messages)")
        #expect(folder.names("features/slowfast_features").isEmpty)
        #expect(folder.names("features") == ["clip_features", "recipe.json", "slowfast_features"])
    }
}
