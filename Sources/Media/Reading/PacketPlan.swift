import CFFmpeg

/// Chooses the packets that the wanted frames depend on.
///
/// Packets are collected from one key frame that stands for itself to the next. A copy of the requests' samplers runs over
/// their times, sorted, and tells which frames are wanted. Of each such section the packets up to the last wanted one
/// are decoded, and none of a section without any. Nothing is left out any more once a packet's time is missing or out
/// of order, or something is damaged.
final class PacketPlan {
    /// What the decoder gets next.
    enum Step {
        case send(Packet)
        /// It gives out what it holds, and begins anew.
        case restart
    }

    private struct Shown {
        let time: Int64
        let key: Bool
        let index: Int
    }

    private var samplers: [Sampler]
    private let wantsKeys: [Bool]
    private let keysOnly: Bool
    private let clock: PictureClock
    private var isSelecting: Bool
    private var packets: [Packet] = []
    private var bytes = 0
    private var shown: [Shown] = []
    /// Where the next section begins in `packets` and in `shown`, if nothing that follows is shown before it.
    private var border: (packet: Int, shown: Int)?
    /// A section too long to be collected: it is decoded as a whole.
    private var isOverflowing = false
    private var hasGap = false
    private var hasSent = false
    private var steps: [Step] = []
    private var taken = 0
    private var planned = Int64.min
    private var latest: (time: Int64, duration: Int64)?
    /// When the first packet is shown, and whether no request wants anything more.
    private(set) var start: Int64?
    private(set) var isDone = false

    /// What one section may hold before it is decoded as a whole.
    private static let mostPackets = 1000
    private static let mostBytes = 32 << 20
    /// Codecs whose packets are one shown picture each.
    private static let codecs: Set<String> = ["h264", "hevc", "vp9", "av1", "mjpeg"]

    init(_ requests: [FrameRequest], input: Input) {
        samplers = requests.map { Sampler($0.sampling, base: input.base) }
        wantsKeys = requests.map(\.wantsKeyFrames)
        keysOnly = !requests.isEmpty && requests.allSatisfy(\.wantsKeyFrames)
        clock = PictureClock(input.info)
        isSelecting = keysOnly || (!requests.isEmpty && Self.codecs.contains(String(cString: input.info.codec)))
    }

    /// When the last picture of the packets seen while selecting ends, in ticks.
    var end: Int64? { latest.map { clock.end(duration: $0.duration, start: $0.time) } }

    /// The latest time of what has been left out.
    private(set) var skipped = Int64.min

    /// What the decoder gets next; nil where more packets are needed.
    func next() -> Step? {
        if taken == steps.count {
            steps.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        defer { taken += 1 }
        return steps[taken]
    }

    /// The file's next packet.
    func add(_ packet: Packet) {
        guard isSelecting else { return send(packet) }
        let info = packet.info
        guard packet.hasTime, info.pts < clock.limit, info.pts > -(1 << 60) else {
            decodeAll()
            return send(packet)
        }
        if !info.hidden {
            start = min(start ?? info.pts, info.pts)
            if info.pts >= latest?.time ?? .min { latest = (info.pts, info.duration) }
        }
        if keysOnly, !info.key { return }
        if let border {
            let entry = packets[border.packet].info.pts
            if info.pts > entry { close(before: entry) }
            self.border = nil
        }
        guard isSelecting else { return send(packet) }
        let isEntry = keysOnly ? info.key : info.entry
        if isEntry, !shown.isEmpty { border = (packets.count, shown.count) }
        if !info.hidden { shown.append(Shown(time: info.pts, key: info.key, index: packets.count)) }
        packets.append(packet)
        bytes += Int(info.bytes)
        if border == nil, isOverflowing || packets.count > Self.mostPackets || bytes > Self.mostBytes {
            isOverflowing = true
            sendCollected()
        }
    }

    /// The file has no more packets.
    func finish() {
        guard isSelecting else { return }
        if let border { close(before: packets[border.packet].info.pts) }
        border = nil
        if isSelecting, !packets.isEmpty || isOverflowing { close(before: nil) }
    }

    /// Leaves nothing out from here on.
    func decodeAll() {
        guard isSelecting else { return }
        isSelecting = false
        sendCollected()
    }

    private func sendCollected() {
        packets.forEach(send)
        packets.removeAll()
        bytes = 0
    }

    private func send(_ packet: Packet) {
        if hasGap, hasSent { steps.append(.restart) }
        hasGap = false
        hasSent = true
        steps.append(.send(packet))
    }

    /// Plans the section before the border, or all that is left.
    private func close(before next: Int64?) {
        let count = border?.packet ?? packets.count
        let frames = shown.prefix(border?.shown ?? shown.count).sorted { $0.time < $1.time }
        let isOrdered =
            zip(frames, frames.dropFirst()).allSatisfy { $0.time < $1.time }
            && frames.first.map { $0.time > planned } ?? true
            && next.map { next in frames.last.map { $0.time < next } ?? true } ?? true
        guard isOrdered else { return decodeAll() }
        planned = frames.last?.time ?? planned
        var wanted = [Bool](repeating: false, count: count)
        for request in samplers.indices {
            let marks = mark(frames, of: request, before: next)
            if !isOverflowing { for index in marks { wanted[index] = true } }
        }
        if !isOverflowing {
            let last = wanted.lastIndex(of: true) ?? -1
            for (index, packet) in packets.prefix(count).enumerated() {
                if index <= last, wanted[index] || !packet.info.disposable {
                    send(packet)
                } else {
                    if index > last { hasGap = true }
                    skipped = max(skipped, packet.info.pts)
                }
            }
        }
        isOverflowing = false
        packets.removeFirst(count)
        bytes = packets.reduce(0) { $0 + Int($1.info.bytes) }
        shown = shown.dropFirst(border?.shown ?? shown.count).map {
            Shown(time: $0.time, key: $0.key, index: $0.index - count)
        }
        isDone = samplers.allSatisfy(\.isDone)
    }

    /// The packets of the frames that a request wants.
    private func mark(_ frames: [Shown], of request: Int, before next: Int64?) -> [Int] {
        var marks: [Int] = []
        var held: Int?
        for frame in frames where frame.key || !wantsKeys[request] {
            if !samplers[request].advance(to: frame.time).isEmpty, let held { marks.append(held) }
            held = frame.index
        }
        // What the section's last frame fills is seen by the frame after it, which belongs to the next section.
        var ahead = samplers[request]
        let filled = next.map { ahead.advance(to: $0) } ?? ahead.finish(at: end ?? planned)
        if !filled.isEmpty, let held { marks.append(held) }
        return marks
    }
}
