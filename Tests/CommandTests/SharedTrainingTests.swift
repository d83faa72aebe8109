import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct `moments train with several processes` {
    private func expectClose(_ left: [Double], _ right: [Double]) {
        #expect(left.count == right.count)
        #expect(zip(left, right).allSatisfy { abs($0 - $1) < 1e-3 * max(1, abs($1)) }, "\(left) is not \(right)")
    }

    /// The processes that a `--processes` parent has started, by rank.
    private func ranks(of process: Process) throws -> [Int: pid_t] {
        let launcher = "MOMENTS_LAUNCHER=\(process.processIdentifier)"
        let all = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
        return all.reduce(into: [:]) { ranks, id in
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(id)/environ"))) ?? Data()
            let variables = String(decoding: bytes, as: UTF8.self).split(separator: "\0").map(String.init)
            guard variables.contains(launcher), let own = variables.first(where: { $0.hasPrefix("RANK=") }) else {
                return
            }
            ranks[Int(own.dropFirst(5)) ?? -1] = id
        }
    }

    @Test func `has the numbers and the figures of one process, and one folder and one progress line`() throws {
        let data = try TinyData()
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        let shared = try data.moments(
            "train", "tiny.yaml", "--processes", "2", "--set", "output.directory=shared")
        #expect(shared.code == 0, "\(shared.messages)")
        expectClose(try data.losses("shared"), try data.losses())
        #expect(shared.messages.components(separatedBy: "tiny: cdnet with").count == 2, "\(shared.messages)")
        #expect(shared.output == data.url("shared/best.safetensors").path + "\n")
        let files = { try FileManager.default.contentsOfDirectory(atPath: data.url($0).path).sorted() }
        #expect(try files("shared") == files("run"))
        let scores = try ["run", "shared"].map { run in
            try data.text("\(run)/metrics.jsonl").split(separator: "\n").map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return try #require(object?["scores"] as? [String: Double])
            }
        }
        #expect(scores[0] == scores[1])
    }

    @Test func `ends on all ranks when one is killed, says which, and goes on with another number of them`() throws {
        let whole = try TinyData(epochs: 4)
        #expect(try whole.moments("train", "tiny.yaml").code == 0)
        let killed = try TinyData(epochs: 4)
        let (process, outcome) = try killed.moments.start(
            ["train", "tiny.yaml", "--processes", "3", "--resume-if-begun"])
        #expect(waitForLines(4, in: killed.url("run/steps.jsonl"), of: process))
        let ranks = try ranks(of: process)
        #expect(ranks.keys.sorted() == [0, 1, 2])
        let victim = try #require(ranks[1])
        kill(victim, SIGKILL)
        let ended = try outcome()
        #expect(ended.code == 75, "\(ended.messages)")
        #expect(ended.messages.contains("Rank 1 of 3 (process \(victim)) was ended by signal 9"), "\(ended.messages)")
        #expect(ended.messages.contains("--resume"))
        #expect(ranks.values.allSatisfy { kill($0, 0) != 0 })
        let resumed = try killed.moments("train", "tiny.yaml", "--processes", "2", "--resume-if-begun")
        #expect(resumed.code == 0, "\(resumed.messages)")
        expectClose(try killed.losses(), try whole.losses())
    }

    @Test func `saves once on Ctrl-C and exits with 130`() throws {
        let data = try TinyData(epochs: 50)
        let (process, outcome) = try data.moments.start(["train", "tiny.yaml", "--processes", "2"])
        #expect(waitForLines(3, in: data.url("run/steps.jsonl"), of: process))
        process.interrupt()
        let stopped = try outcome()
        #expect(stopped.code == 130, "\(stopped.messages)")
        #expect(stopped.messages.components(separatedBy: "Stopped.").count == 2, "\(stopped.messages)")
    }

    @Test func `reads the environment of PyTorch's launchers, and names a rank that is lost without one`() throws {
        let data = try TinyData(epochs: 50)
        // A port that was free a moment ago.
        let port = 20_000 + Int(getpid()) % 20_000
        func start(_ rank: Int) throws -> (process: Process, outcome: () throws -> MomentsProgram.Outcome) {
            var program = data.moments
            program.environment = [
                "RANK": "\(rank)", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)",
            ]
            return try program.start(["train", "tiny.yaml"])
        }
        let (first, second) = (try start(0), try start(1))
        #expect(waitForLines(3, in: data.url("run/steps.jsonl"), of: first.process))
        kill(second.process.processIdentifier, SIGKILL)
        let outcome = try first.outcome()
        _ = try second.outcome()
        #expect(outcome.code == 75, "\(outcome.messages)")
        #expect(
            outcome.messages.contains("Rank 1 (process \(second.process.processIdentifier) on"), "\(outcome.messages)")
        #expect(outcome.messages.contains("has ended without a word"))
    }

    @Test func `says what is wrong with an environment, a count or a configuration`() throws {
        let data = try TinyData(training: 4, validation: 2, epochs: 1)
        var program = data.moments
        program.environment = ["RANK": "1"]
        let half = try program("train", "tiny.yaml")
        #expect(half.code == 78 && half.messages.contains("not WORLD_SIZE, MASTER_ADDR, MASTER_PORT"))
        #expect(try data.moments("train", "tiny.yaml", "--processes", "0").code == 64)
        let wrong = try data.moments("train", "tiny.yaml", "--processes", "2", "--set", "optimisation.epoch=1")
        #expect(wrong.code == 78 && wrong.messages.components(separatedBy: "there is no such key").count == 2)
        #expect(try data.moments("train", "tiny.yaml").code == 0)
        let again = try data.moments("train", "tiny.yaml", "--processes", "2")
        #expect(again.code == 73, "\(again.messages)")
        #expect(again.messages.components(separatedBy: "holds a run already").count <= 3, "\(again.messages)")
    }
}
