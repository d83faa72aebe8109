import CFFmpeg

/// Decides which outputs a frame fills, once the start of the next frame is known.
///
/// It is fed start times in the order of presentation, of all frames or only of those that fill something: the outcome
/// is the same. That is what lets the reader leave out frames that nobody wants.
struct Sampler {
    private enum Rule {
        case rate(CFRational)
        case times([Int64])
        case nearest(Double)
        case pictures(Range<Int64>)
    }

    private let rule: Rule
    private let base: CFRational
    private var current: Int64?
    /// The next output to be filled.
    private(set) var next = 0

    init(_ sampling: FrameRequest.Sampling, base: CFRational) {
        self.base = base
        let second = Double(base.den) / Double(base.num)
        switch sampling {
        case .rate(let rate): rule = .rate(cf_rational(rate))
        // A millionth of a second forgives the rounding of a time that was computed from ticks.
        case .times(let times): rule = .times(times.map { Self.ticks($0 + 1e-6, second) })
        case .nearestKeyFrames(let rate): rule = .nearest(second / rate)
        case .pictures(let start, let end):
            let first = Self.ticks(start + 1e-6, second)
            rule = .pictures(first..<max(first, Self.ticks(end - 1e-6, second) + 1))
        }
    }

    private static func ticks(_ seconds: Double, _ second: Double) -> Int64 {
        Int64((seconds * second).rounded(.down).clamped)
    }

    /// Whether no output is left to be filled.
    var isDone: Bool {
        switch rule {
        case .times(let times): return next >= times.count
        case .pictures(let span): return current.map { $0 >= span.upperBound } ?? span.isEmpty
        default: return false
        }
    }

    /// The time in ticks that the next output asks for, where it names one.
    var nextTime: Int64? {
        switch rule {
        case .times(let times): return next < times.count ? times[next] : nil
        case .pictures(let span): return max(span.lowerBound, current ?? span.lowerBound)
        default: return nil
        }
    }

    /// A frame starts at `start`: the outputs that the frame before it fills.
    mutating func advance(to start: Int64) -> Range<Int> {
        defer { current = start }
        guard let current else { return next..<next }
        return fill(upTo: bound(current: current, next: start))
    }

    /// The last frame ends at `end`: the outputs that it fills.
    mutating func finish(at end: Int64) -> Range<Int> {
        guard let current else { return next..<next }
        switch rule {
        case .rate: return fill(upTo: slot(end))
        case .times(let times): return fill(upTo: times.count)
        case .nearest(let step): return fill(upTo: Int((Double(end) / step).rounded(.toNearestOrAwayFromZero).clamped))
        case .pictures: return fill(upTo: bound(current: current, next: end))
        }
    }

    private mutating func fill(upTo bound: Int) -> Range<Int> {
        let first = next
        next = max(next, bound)
        return first..<next
    }

    private func slot(_ ticks: Int64) -> Int {
        guard case .rate(let rate) = rule else { return 0 }
        return Int(cf_rescale(ticks, base, CFRational(num: rate.den, den: rate.num)))
    }

    /// The first output that belongs to the next frame.
    private func bound(current: Int64, next start: Int64) -> Int {
        switch rule {
        case .rate: return slot(start)
        case .times(let times):
            var index = next
            while index < times.count, times[index] < start { index += 1 }
            return index
        case .nearest(let step):
            // Output n asks for (n + ½) · step; what lies beyond the middle between two frames is the next one's.
            let middle = (Double(current) + Double(start)) / 2
            return Int((middle / step + 0.5).rounded(.down).clamped)
        case .pictures(let span): return current < span.upperBound && start > span.lowerBound ? next + 1 : next
        }
    }
}

extension Double {
    /// Within what an integer holds.
    fileprivate var clamped: Double { Swift.min(Swift.max(self, -9e18), 9e18) }
}
