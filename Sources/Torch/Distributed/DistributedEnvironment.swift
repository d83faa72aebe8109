import Foundation

/// Which of several processes this one is, and where they meet: the environment that PyTorch's launchers set.
///
/// `RANK`, `WORLD_SIZE`, `MASTER_ADDR` and `MASTER_PORT` are needed; `LOCAL_RANK` and `LOCAL_WORLD_SIZE` say how many of them
/// share a machine. torchrun serves the meeting place itself and says so by `TORCHELASTIC_USE_AGENT_STORE`.
public struct DistributedEnvironment: Hashable, Sendable {
    /// 0…size − 1.
    public var rank: Int
    /// Processes in all.
    public var size: Int
    /// Where rank 0 is met.
    public var address: String
    /// The port there.
    public var port: Int
    /// The place among the processes of this machine.
    public var localRank = 0
    /// Processes on this machine.
    public var localSize = 1
    /// Whether the launcher serves the meeting place, and not rank 0.
    public var isServedByLauncher = false
    /// How often the launcher has started the processes anew.
    public var attempt = 0

    /// Names a place.
    public init(rank: Int, size: Int, address: String, port: Int) {
        self.rank = rank
        self.size = size
        self.address = address
        self.port = port
    }

    /// Reads environment variables; nil where they name no other processes.
    ///
    /// - Throws: ``DistributedError/environment(_:)`` where they are incomplete or cannot be.
    public init?(_ variables: [String: String]) throws(DistributedError) {
        let needed = ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"]
        let given = needed.filter { !(variables[$0] ?? "").isEmpty }
        guard given.contains("RANK") || given.contains("WORLD_SIZE") else { return nil }
        func number(_ name: String, _ range: ClosedRange<Int>) throws(DistributedError) -> Int? {
            guard let text = variables[name], !text.isEmpty else { return nil }
            guard let value = Int(text), range.contains(value) else {
                let limits =
                    range.upperBound == .max
                    ? "from \(range.lowerBound) on" : "from \(range.lowerBound) to \(range.upperBound)"
                throw .environment("\(name)=\(text): it must be a number \(limits).")
            }
            return value
        }
        let size = try number("WORLD_SIZE", 1...Int.max)
        if size == 1, try number("RANK", 0...0) != nil { return nil }
        let missing = needed.filter { !given.contains($0) }
        guard missing.isEmpty, let size else {
            throw .environment(
                "The environment has \(given.joined(separator: ", ")), but not \(missing.joined(separator: ", ")). "
                    + "Several processes need all four; without RANK and WORLD_SIZE one trains alone.")
        }
        self.init(
            rank: try number("RANK", 0...(size - 1)) ?? 0, size: size, address: variables["MASTER_ADDR"] ?? "",
            port: try number("MASTER_PORT", 1...65535) ?? 0)
        localSize = try number("LOCAL_WORLD_SIZE", 1...size) ?? 1
        localRank = try number("LOCAL_RANK", 0...(size - 1)) ?? 0
        isServedByLauncher = variables["TORCHELASTIC_USE_AGENT_STORE"]?.lowercased() == "true"
        attempt = try number("TORCHELASTIC_RESTART_COUNT", 0...Int.max) ?? 0
    }
}
