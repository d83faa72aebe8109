import CTorch

/// Where a tensor's elements lie.
public enum Device: Hashable, Sendable, CustomStringConvertible {
    /// Main memory.
    case cpu
    /// A GPU by its number, from 0.
    case cuda(Int)

    /// The GPUs that libtorch can use; empty with a CPU build.
    public static var gpus: [Device] {
        var count: Int32 = 0
        guard ct_cuda_device_count(&count) == 0 else { return [] }
        return (0..<Int(count)).map { .cuda($0) }
    }

    /// The first GPU, or the CPU where there is none.
    public static var best: Device { gpus.first ?? .cpu }

    /// `cpu`, `cuda:0`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        }
    }

    /// Reads `cpu`, `cuda` or `cuda:1`; nil for anything else.
    public init?(_ text: String) {
        if text == "cpu" {
            self = .cpu
        } else if text == "cuda" {
            self = .cuda(0)
        } else if text.hasPrefix("cuda:"), let index = Int(text.dropFirst(5)), index >= 0 {
            self = .cuda(index)
        } else {
            return nil
        }
    }

    /// What a user calls it: as ``init(_:)`` reads it, or `best` for a GPU where there is one; nil for anything else.
    public init?(named name: String) {
        guard let device = name == "best" ? .best : Device(name) else { return nil }
        self = device
    }

    /// Waits for everything that was started on the device.
    public func synchronize() {
        run("synchronize", []) { ct_synchronize(c) }
    }

    /// Lets the calling thread's work on a GPU go on beside that of other threads; nothing on the CPU.
    public func useOwnQueue() {
        run("useOwnQueue", []) { ct_use_own_stream(c) }
    }

    var c: CTDevice {
        switch self {
        case .cpu: -1
        case .cuda(let index): CTDevice(index)
        }
    }

    init(c: CTDevice) { self = c < 0 ? .cpu : .cuda(Int(c)) }
}
