import Foundation
import Testing

@Suite struct `What a program cannot mend` {
    @Test func `a pack that becomes shorter under a training ends it with a message, and nothing is lost`() throws {
        let tiny = try TinyData(epochs: 100_000)
        let packed = try tiny.moments(
            "pack", "train.jsonl", "val.jsonl", "--video", "motion", "look", "--text", "words", "--out", "all.pack")
        #expect(packed.code == 0, "\(packed.messages)")
        let separate = "  video: [motion, look]\n  text: words\n"
        try tiny.write(
            tiny.text("tiny.yaml").replacingOccurrences(of: separate, with: "  pack: all.pack\n"), to: "tiny.yaml")
        let (process, outcome) = try tiny.moments.start(["train", "tiny.yaml"])
        #expect(waitForLines(2, in: tiny.url("run/steps.jsonl"), of: process))
        #expect(truncate(tiny.url("all.pack").path, 0) == 0)
        let ended = try outcome()
        #expect(ended.code == EX_IOERR && process.terminationReason == .exit, "\(ended.code): \(ended.messages)")
        #expect(ended.messages.contains("became shorter while it was read"))
        #expect(FileManager.default.fileExists(atPath: tiny.url("run/last.safetensors").path))
    }

    @Test func `too little memory is called by its name`() throws {
        let tiny = try TinyData()
        // Enough to load libtorch, and not enough to work with it.
        let call = "ulimit -v 700000; exec \"\(tiny.moments.url.path)\" train tiny.yaml"
        let (process, outcome) = try tiny.moments.start(["-c", call], at: URL(fileURLWithPath: "/bin/bash"))
        let ended = try outcome()
        // Where memory ends before the program's first line, the loader or libtorch says so in its own way.
        let isBeforeUs = ["shared object", "bad_alloc"].contains { ended.messages.contains($0) }
        #expect(process.terminationReason == .exit || isBeforeUs, "\(ended.code): \(ended.messages)")
        #expect(ended.code != 0 && (ended.messages.contains("memory") || isBeforeUs))
    }
}
