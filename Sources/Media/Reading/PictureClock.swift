import CFFmpeg

/// Gives every picture a start time that lies after the one before it, from presentation timestamps that may be
/// missing, run backwards or jump.
struct PictureClock {
    /// The start of the latest picture, in ticks.
    private(set) var last: Int64?
    /// What is added to the timestamps since the last jump.
    private var shift: Int64 = 0
    /// Ticks of one picture at the header's rate, and of one second.
    let step, second: Int64
    /// The header's end, with some room behind it; a timestamp beyond it is a fault.
    let limit: Int64

    init(_ info: CFVideoInfo) {
        let base = info.time_base
        let perSecond = Double(base.den) / Double(max(1, base.num))
        second = max(1, Int64(perSecond))
        let rate = info.frame_rate
        let known = rate.num > 0 && rate.den > 0
        let frames = known ? Double(rate.num) / Double(rate.den) : 25
        step = max(1, Int64((perSecond / frames).rounded().limited))
        let end = max(info.video_end, info.container_duration)
        // Where the header knows no end, ten days are taken for one.
        limit = Int64(((end > 0 ? end + 10 : 864_000) * perSecond).limited)
    }

    /// The start of a picture; nil where it comes too late to be shown.
    mutating func start(of info: CFPictureInfo) -> Int64? {
        let start = repaired(info.pts)
        if let start { last = start }
        return start
    }

    private mutating func repaired(_ timestamp: Int64) -> Int64? {
        guard timestamp > -(1 << 60), timestamp < 1 << 60 else { return last.map { $0 + step } ?? 0 }
        let start = timestamp + shift
        guard let last else {
            if start > limit { shift = -timestamp }
            return timestamp + shift
        }
        let isBackwards = start <= last
        // A picture or two out of order are dropped; a clock that was set back goes on from here.
        if isBackwards, last - start <= second { return nil }
        if isBackwards || (start > limit && start - last > 10 * second) {
            shift += last + step - start
            return last + step
        }
        return start
    }

    /// When a picture that starts at `start` ends, if none comes after it.
    func end(duration: Int64, start: Int64) -> Int64 {
        let isSensible = duration > 0 && (duration <= second || start + min(duration, 1 << 60) <= limit)
        return start + (isSensible ? duration : step)
    }
}

extension Double {
    /// Within what can be counted in ticks without overflow.
    fileprivate var limited: Double { Swift.min(Swift.max(self, 0), 1e18) }
}
