import CTorch
import Foundation

/// Processes that compute together: they exchange tensors through libtorch's c10d, by Gloo, and between GPUs by NCCL.
///
/// All of them call the same methods in the same order. Once a process is lost, every method of the others throws
/// ``DistributedError/lost(_:)`` with who it was.
///
///     let group = try ProcessGroup(DistributedEnvironment(rank: 0, size: 2, address: "127.0.0.1", port: 29500))
///     try group.sum(x)
public final class ProcessGroup {
    /// How long is waited.
    public struct Limits: Sendable {
        /// Seconds for all processes to come.
        public var meeting = 300.0
        /// Seconds for one exchange. Whoever dies is noticed at once; this is for a machine that vanishes.
        public var exchange = 1800.0

        /// Five minutes and half an hour, as PyTorch has them.
        public init() {}
    }

    /// This process, 0…size − 1.
    public let rank: Int
    /// Processes in all.
    public let size: Int
    let raw: CTGroup
    let store: KeyStore
    let names: KeyNames
    let environment: DistributedEnvironment
    /// Milliseconds for one exchange.
    let exchangeLimit: Int64
    /// Whether NCCL exchanges what lies on a GPU; see ``prepareExchanges(on:)``.
    public internal(set) var usesNCCL = false
    /// Who the others are, by rank.
    private(set) var members: [Member] = []

    /// Meets the other processes and connects with them.
    ///
    /// - Throws: ``DistributedError`` where they do not come or cannot be reached.
    public init(_ environment: DistributedEnvironment, limits: Limits = Limits()) throws(DistributedError) {
        (rank, size) = (environment.rank, environment.size)
        self.environment = environment
        exchangeLimit = milliseconds(limits.exchange)
        names = KeyNames(attempt: environment.attempt)
        let serves = environment.rank == 0 && !environment.isServedByLauncher
        store =
            serves
            ? try KeyStore(servingAt: environment.address, port: environment.port)
            : try KeyStore(at: environment.address, port: environment.port, seconds: limits.meeting)
        try Self.meet(environment, store, names, seconds: limits.meeting)
        let interface = ProcessInfo.processInfo.environment["GLOO_SOCKET_IFNAME"].flatMap { $0.isEmpty ? nil : $0 }
        let address =
            interface ?? localAddress(towards: environment.address, port: environment.port) ?? environment.address
        var group: CTGroup?
        guard
            ct_join_group(
                store.handle, names.group, address, interface != nil, Int32(rank), Int32(size),
                exchangeLimit, &group) == 0, let group
        else { throw .unconnected(address: address, lastFailure()) }
        raw = group
        members = try gather(Member.current)
    }

    deinit { ct_free_group(raw) }

    /// Waits until every rank is there, once.
    private static func meet(
        _ environment: DistributedEnvironment, _ store: KeyStore, _ names: KeyNames, seconds: Double
    ) throws(DistributedError) {
        let (rank, size) = (environment.rank, environment.size)
        if let count = store.increment(names.count(rank)), count > 1 { throw .twice(rank: rank) }
        store.set(names.arrival(rank), "here")
        let end = ContinuousClock.now + .seconds(seconds)
        let absent = (0..<size).filter { other in
            store.text(names.arrival(other), within: max(0.001, (end - .now).inSeconds)) == nil
        }
        guard absent.isEmpty else { throw .absent(ranks: absent, size: size, seconds: seconds) }
    }

    /// Adds up the tensors of all processes, in place.
    public func sum(_ x: Tensor) throws(DistributedError) { try exchange { ct_all_reduce(raw, x.raw) } }

    /// Gives all processes the root's tensor, in place.
    public func broadcast(_ x: Tensor, from root: Int = 0) throws(DistributedError) {
        try exchange { ct_broadcast(raw, x.raw, Int32(root)) }
    }

    /// The tensors of all processes, which have one shape, below each other: size×….
    public func gather(_ x: Tensor) throws(DistributedError) -> Tensor {
        var result: CTTensor?
        try exchange { ct_all_gather(raw, x.raw, &result) }
        guard let result else { fail("gather", [x], "no result") }
        return Tensor(owning: result)
    }

    /// The numbers of all processes, by rank.
    public func gather(_ number: Int) throws(DistributedError) -> [Int] { try gather(Tensor([number])).ints() }

    /// - Throws: ``DistributedError/lost(_:)`` where an exchange has failed, also one in a backward pass.
    public func check() throws(DistributedError) {
        var failure: UnsafePointer<CChar>?
        run("check", []) { ct_group_failure(raw, &failure) }
        if let failure { throw .lost(findLost(String(cString: failure))) }
    }

    private func exchange(_ call: () -> CTStatus) throws(DistributedError) {
        if call() != 0 {
            // Read at once: it belongs to the thread's last failure.
            let detail = lastFailure()
            throw .lost(findLost(detail))
        }
    }
}

/// What the keys in the store are called.
struct KeyNames {
    let attempt: Int

    /// Of the group's own keys.
    var group: String { "moments/\(attempt)/group" }
    /// The same, of NCCL.
    var nccl: String { "moments/\(attempt)/nccl" }
    func count(_ rank: Int) -> String { "moments/\(attempt)/count/\(rank)" }
    /// A number that is added to, to see whether the store answers.
    var probe: String { "moments/\(attempt)/probe" }
    func arrival(_ rank: Int) -> String { "moments/\(attempt)/here/\(rank)" }
    /// Why a rank goes.
    func departure(_ rank: Int) -> String { "moments/\(attempt)/gone/\(rank)" }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
