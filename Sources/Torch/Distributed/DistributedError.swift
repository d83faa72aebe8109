import Foundation

/// Why processes could not compute together, or no longer can.
public enum DistributedError: Error, Sendable {
    /// The environment says something that cannot be, or not enough.
    case environment(String)
    /// Another program uses the port that rank 0 is to be met at.
    case portTaken(address: String, port: Int)
    /// Nobody answers where rank 0 is to be met.
    case unreachable(address: String, port: Int, seconds: Double, String)
    /// Some ranks did not come.
    case absent(ranks: [Int], size: Int, seconds: Double)
    /// Two processes have the same rank.
    case twice(rank: Int)
    /// The processes met, but cannot be connected with each other.
    case unconnected(address: String, String)
    /// Processes were lost on the way.
    case lost(LostProcesses)
}

/// Which processes were lost, as far as those that are left can tell.
public struct LostProcesses: Sendable {
    /// A process that is gone, or does not answer.
    public struct Entry: Sendable, Hashable {
        /// Its rank.
        public let rank: Int
        /// `process 1234 on host-a`.
        public let place: String
        /// What it said last, or what is known of it.
        public let reason: String
    }

    /// The lost ones; empty where only a connection broke.
    public let entries: [Entry]
    /// Whether this process has the lowest rank of those that are left, and is the one to speak of it.
    public let isSpokesman: Bool
    /// What libtorch said.
    public let detail: String
}

extension DistributedError: CustomStringConvertible, LocalizedError {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .environment(let text): text
        case .portTaken(let address, let port):
            "Port \(port) of \(address) is taken by another program. Choose another MASTER_PORT for all processes."
        case .unreachable(let address, let port, let seconds, let detail):
            "Rank 0 does not answer at \(address):\(port) within \(Int(seconds)) s. Is MASTER_ADDR the address of rank 0's "
                + "machine, is it running, and does nothing between the machines block the port? (\(detail.firstLine))"
        case .absent(let ranks, let size, let seconds):
            "\(Self.named(ranks)) of \(size) did not come within \(Int(seconds)) s. All of them are to be started, with "
                + "WORLD_SIZE=\(size) and RANK from 0 to \(size - 1)."
        case .twice(let rank): "Two processes say that they are rank \(rank). Each needs a RANK of its own."
        case .unconnected(let address, let detail):
            "The processes met, but could not be connected with each other; this one was to be reached at \(address). "
                + "GLOO_SOCKET_IFNAME=eth0 names another network interface. (\(detail.firstLine))"
        case .lost(let lost): lost.description
        }
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }

    private static func named(_ ranks: [Int]) -> String {
        "Rank\(ranks.count == 1 ? "" : "s") " + ranks.map(String.init).joined(separator: ", ")
    }
}

extension LostProcesses: CustomStringConvertible {
    /// Who was lost, and what to do.
    public var description: String {
        let lines = entries.map { "Rank \($0.rank) (\($0.place)) \($0.reason)." }
        let what = lines.isEmpty ? ["The connection between the processes broke: \(detail.firstLine)."] : lines
        return what.joined(separator: "\n")
            + "\nAll processes end. --resume goes on from the last save, also with another number of processes."
    }
}

extension String {
    fileprivate var firstLine: String { split(separator: "\n").first.map(String.init) ?? self }
}
