import Foundation
import Testing

/// Two network namespaces with a cable between them: two hosts, as far as the network knows.
private final class TwoHosts {
    let names = (0..<2).map { "moments-\(getpid())-\($0)" }
    let addresses = ["10.213.7.1", "10.213.7.2"]

    /// Whether this machine lets us.
    static var isPossible: Bool {
        guard getuid() == 0, (try? call("ip", "netns", "add", "moments-\(getpid())-try")) == 0 else { return false }
        return (try? call("ip", "netns", "delete", "moments-\(getpid())-try")) == 0
    }

    init() throws {
        let ends = (0..<2).map { "mv\(getpid() % 100_000)\($0)" }
        for name in names { try require("ip", "netns", "add", name) }
        try require(
            "ip", "link", "add", ends[0], "netns", names[0], "type", "veth", "peer", "name", ends[1], "netns", names[1])
        for (index, name) in names.enumerated() {
            try require("ip", "-n", name, "address", "add", addresses[index] + "/24", "dev", ends[index])
            try require("ip", "-n", name, "link", "set", ends[index], "up")
            try require("ip", "-n", name, "link", "set", "lo", "up")
        }
    }

    deinit { for name in names { _ = try? Self.call("ip", "netns", "delete", name) } }

    private func require(_ arguments: String...) throws {
        let code = try Self.call(arguments)
        try #require(code == 0, "\(arguments.joined(separator: " "))")
    }

    private static func call(_ arguments: String...) throws -> Int32 { try call(arguments) }

    private static func call(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

@Suite struct `Two hosts` {
    @Test(.enabled(if: TwoHosts.isPossible, "network namespaces need root and iproute2"))
    func `train together over a network that is not the loopback`() throws {
        let hosts = try TwoHosts()
        let data = try TinyData()
        #expect(try data.moments("train", "tiny.yaml", "--set", "output.directory=alone").code == 0)
        let processes = try (0..<2).map { rank in
            var program = data.moments
            program.environment = [
                "RANK": "\(rank)", "WORLD_SIZE": "2", "MASTER_ADDR": hosts.addresses[0], "MASTER_PORT": "29500",
            ]
            let command = ["ip", "netns", "exec", hosts.names[rank], program.url.path, "train", "tiny.yaml"]
            return try program.start(command, at: URL(fileURLWithPath: "/usr/bin/env"))
        }
        for outcome in try processes.map({ try $0.outcome() }) { #expect(outcome.code == 0, "\(outcome.messages)") }
        #expect(
            zip(try data.losses(), try data.losses("alone")).allSatisfy { abs($0 - $1) < 1e-3 * max(1, abs($1)) })
    }
}
