import CTorch

extension DistributedEnvironment {
    /// The device that a name means for this process: `cuda` and `best` give the processes of a machine its GPUs in turn.
    ///
    /// - Returns: Nil for what ``Device/init(named:)`` does not know.
    public func device(named name: String, among gpus: [Device] = Device.gpus) -> Device? {
        guard ["cuda", "best"].contains(name), !gpus.isEmpty else { return Device(named: name) }
        return gpus[localRank % gpus.count]
    }
}

extension ProcessGroup {
    /// Whether this build can exchange tensors on GPUs by NCCL.
    public static var hasNCCL: Bool { ct_has_nccl() }

    /// The device that a name means for this process; see ``DistributedEnvironment/device(named:among:)``.
    public func device(named name: String) -> Device? { environment.device(named: name) }

    /// Prepares exchanges of tensors on a device. All processes call it, each with its own.
    ///
    /// NCCL exchanges tensors on GPUs, where every process has it and a GPU of its own. Otherwise they go through main memory.
    public func prepareExchanges(on device: Device) throws(DistributedError) {
        let identities = try gather(Self.identity(of: device))
        guard !identities.contains(nil), Set(identities).count == size else { return }
        run("prepareExchanges", []) { ct_use_nccl(raw, store.handle, names.nccl, exchangeLimit) }
        for (other, member) in members.enumerated() where other != rank && member.host == Member.current.host {
            run("prepareExchanges", []) { ct_watch_process(raw, member.process) }
        }
        usesNCCL = true
    }

    /// What tells a GPU apart from all others; nil for what NCCL does not serve.
    private static func identity(of device: Device) -> [UInt8]? {
        guard hasNCCL, device != .cpu else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        run("identity", []) { ct_gpu_identity(device.c, &bytes) }
        return bytes
    }
}
