import Foundation

/// Maps values to pixels and knows where an axis has its ticks.
struct Scale {
    /// A place on the axis with its label.
    struct Tick {
        let value: Double
        let label: String
    }

    let domain: ClosedRange<Double>
    let pixels: (from: Double, to: Double)
    let ticks: [Tick]
    private let isLogarithmic: Bool

    /// The pixel of a value; values outside the domain come to its ends. Nil where there is none: not finite, or not
    /// positive on a logarithmic axis.
    func pixel(_ value: Double) -> Double? {
        guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
        let (low, high) = (along(domain.lowerBound), along(domain.upperBound))
        let share = high > low ? (min(high, max(low, along(value))) - low) / (high - low) : 0.5
        return pixels.from + share * (pixels.to - pixels.from)
    }

    private func along(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }

    private init(
        _ domain: ClosedRange<Double>, _ pixels: (Double, Double), _ ticks: [Tick], isLogarithmic: Bool = false
    ) {
        self.domain = domain
        self.pixels = pixels
        self.ticks = ticks
        self.isLogarithmic = isLogarithmic
    }
}

extension Scale {
    /// A linear axis around the values, ending on ticks. No values: 0 to 1. One value: some room around it.
    ///
    /// - Parameters:
    ///   - target: About how many ticks.
    ///   - whole: Only whole numbers get ticks, as for epochs, and the axis ends with the values.
    static func linear(
        _ values: [Double], pixels: (Double, Double), target: Int, includingZero: Bool = false, whole: Bool = false
    ) -> Scale {
        // Beyond this a difference of two values would no longer be finite.
        let finite = values.filter { abs($0) < 1e300 } + (includingZero ? [0] : [])
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if !(high > low) {
            let room = low == 0 || whole ? 0.5 : abs(low) * 0.1
            (low, high) = (low - room, high + room)
        }
        let step = max(niceStep((high - low) / Double(max(1, target))), whole ? 1 : 0)
        if !whole {
            low = (low / step + 1e-9).rounded(.down) * step
            high = (high / step - 1e-9).rounded(.up) * step
        }
        guard step > 0, high > low, (high - low) / step < 1000 else { return Scale(low...max(low, high), pixels, []) }
        let first = (low / step - 1e-9).rounded(.up)
        let last = (high / step + 1e-9).rounded(.down)
        let ticks = first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : []
        return Scale(low...high, pixels, ticks.map { Tick(value: $0, label: label($0, step: step)) })
    }

    /// A logarithmic axis around the positive values; its ends are 1, 2, or 5 times a power of ten.
    static func logarithmic(_ values: [Double], pixels: (Double, Double), target: Int) -> Scale {
        let positive = values.filter { $0.isFinite && $0 >= 1e-290 && $0 < 1e290 }
        guard let least = positive.min(), let most = positive.max() else {
            return linear([], pixels: pixels, target: target)
        }
        let powers = ((log10(least) + 1e-9).rounded(.down), (log10(most) + 1e-9).rounded(.down))
        let low = [5, 2, 1].map { $0 * pow(10, powers.0) }.first { $0 <= least * 1.000001 } ?? least
        var high = [1, 2, 5, 10].map { $0 * pow(10, powers.1) }.first { $0 >= most * 0.999999 } ?? most
        if !(high > low) { high = low * 10 }
        let stepping = max(1, ((powers.1 - powers.0) / Double(max(1, target))).rounded(.up))
        let ticks = stride(from: powers.0, through: powers.1 + 1, by: stepping).flatMap { exponent in
            // With few powers of ten in view, 2 and 5 times each get a tick too.
            (powers.1 - powers.0 <= 1 ? [1.0, 2, 5] : [1]).map { $0 * pow(10, exponent) }
        }
        return Scale(
            low...high, pixels,
            ticks.filter { $0 >= low * 0.999999 && $0 <= high * 1.000001 }.map {
                Tick(value: $0, label: label($0, step: $0))
            },
            isLogarithmic: true)
    }

    /// An axis of seconds from 0 with ticks as a clock shows them, at least `spacing` pixels apart.
    static func time(duration: Double, pixels: (Double, Double), spacing: Double) -> Scale {
        var steps: [Double] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200]
        let least = duration * spacing / max(1, pixels.1 - pixels.0)
        while let last = steps.last, last < least { steps.append(last * 2) }
        let step = steps.first { $0 >= least } ?? 1
        let ticks = stride(from: 0, through: duration, by: step).map { Tick(value: $0, label: clock($0)) }
        return Scale(0...duration, pixels, ticks)
    }

    /// 1, 2, or 5 times a power of ten, at least `rough`.
    private static func niceStep(_ rough: Double) -> Double {
        guard rough > 0, rough.isFinite else { return 1 }
        let power = pow(10, log10(rough).rounded(.down))
        return ([1, 2, 5].first { $0 * power >= rough * 0.999999 } ?? 10) * power
    }

    /// As many decimals as the step needs; very large and very small numbers with a power of ten.
    private static func label(_ value: Double, step: Double) -> String {
        guard abs(value) > step * 1e-6 else { return "0" }
        let exponent = Int((log10(abs(value)) + 1e-9).rounded(.down))
        guard abs(value) < 1e6, step > 0.99e-4 else {
            return decimal(value / pow(10, Double(exponent)), digits: 2, trimmed: true) + "e\(exponent)"
        }
        return decimal(value, digits: max(0, -Int((log10(step) + 1e-9).rounded(.down))))
    }
}

/// Seconds as `m:ss` or `h:mm:ss`; tenths only where they are not zero.
func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e9 else { return "–" }
    let tenths = Int((max(0, seconds) * 10).rounded())
    let (whole, rest) = (tenths / 10, tenths % 10)
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    let hours = whole / 3600
    let minutes = whole / 60 % 60
    return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":" + two(whole % 60)
        + (rest > 0 ? ".\(rest)" : "")
}
