import CFFmpeg

/// The decoded pictures of an open video in the order of presentation; what cannot be read or decoded is stepped over.
final class PictureSource {
    private enum State { case running, restarting, draining }

    private let input: Input
    private let plan: PacketPlan?
    private var state = State.running
    /// Packets that could not be read or decoded so far, or that are marked as damaged.
    private(set) var faults = 0
    /// Those, and what demuxers only grumble about while they look for the next packet.
    private(set) var troubles = 0
    /// What FFmpeg said of the last of them.
    private(set) var lastFault: String?
    /// Whether the file's end was met.
    private(set) var hasReachedEnd = false
    /// Some demuxers fail for ever without coming to an end.
    private static let patience = 1000

    /// - Parameter plan: Chooses what is decoded; without it everything is.
    init(_ input: Input, plan: PacketPlan?) {
        self.input = input
        self.plan = plan
    }

    /// The next picture; nil after the last.
    func next() throws(MediaError) -> Picture? {
        var failures = 0
        while failures < Self.patience {
            var handle: CFPicture?
            let status = cf_receive(input.handle, &handle)
            switch status {
            case CFOk: return handle.map(Picture.init)
            case CFAgain where state == .running: try feed()
            case CFAgain, CFEnd:
                guard state == .restarting else { return nil }
                cf_flush(input.handle)
                state = .running
            default:
                note(String(cString: cf_last_error()))
                failures += 1
            }
        }
        return nil
    }

    /// Sends one more packet to the decoder, or tells it that there is none.
    private func feed() throws(MediaError) {
        while true {
            switch plan?.next() {
            case .send(let packet): return send(packet)
            case .restart:
                state = .restarting
                _ = cf_send(input.handle, nil)
                return
            case nil: break
            }
            if hasReachedEnd || plan?.isDone ?? false { break }
            guard let packet = try read() else {
                hasReachedEnd = true
                plan?.finish()
                continue
            }
            if let plan { plan.add(packet) } else { return send(packet) }
        }
        state = .draining
        _ = cf_send(input.handle, nil)
    }

    private func read() throws(MediaError) -> Packet? {
        for _ in 0..<Self.patience {
            if Task.isCancelled { throw MediaError(file: input.file, problem: .cancelled) }
            switch try input.read() {
            case .end: return nil
            case .unreadable: note(String(cString: cf_last_error()))
            case .packet(let packet):
                if packet.info.corrupt {
                    note("a packet is damaged")
                } else if packet.cameWithTrouble {
                    troubles += 1
                    plan?.decodeAll()
                }
                return packet
            }
        }
        return nil
    }

    private func send(_ packet: Packet) {
        let status = cf_send(input.handle, packet.handle)
        if status != CFOk, status != CFAgain { note(String(cString: cf_last_error())) }
    }

    private func note(_ fault: String) {
        faults += 1
        troubles += 1
        lastFault = fault
        plan?.decodeAll()
    }
}
