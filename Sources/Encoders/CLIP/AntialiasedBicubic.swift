/// Bicubic interpolation of bytes as the Pillow library does it, to the last bit.
///
/// Where an image shrinks, the filter widens with it, so that nothing aliases (`torch`'s and FFmpeg's own defaults differ).
/// Columns come first, then rows, and each pass rounds to 8 bits: weights are fixed-point numbers of 22 bits.
struct AntialiasedBicubic {
    /// For each output pixel: its first input pixel, and the weights from there on, scaled by 2²².
    private let taps: [(first: Int, weights: [Int32])]
    private static let precision = 22

    /// Scales `input` pixels to `output`, of which only `kept` are computed.
    init(input: Int, output: Int, kept: Range<Int>) {
        let scale = Double(input) / Double(output)
        let widening = max(scale, 1)
        let reach = 2 * widening
        taps = kept.map { pixel in
            let centre = (Double(pixel) + 0.5) * scale
            let first = max(Int(centre - reach + 0.5), 0)
            let end = min(Int(centre + reach + 0.5), input)
            let weights = (first..<end).map { Self.weight((Double($0) - centre + 0.5) * (1 / widening)) }
            let share = 1 / weights.reduce(0, +)
            let fixed = weights.map {
                Int32(($0 * share * Double(1 << Self.precision)).rounded(.toNearestOrAwayFromZero))
            }
            return (first, fixed)
        }
    }

    /// Keys' cubic convolution kernel with a = −0.5.
    private static func weight(_ x: Double) -> Double {
        let (x, a) = (abs(x), -0.5)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }

    /// Along the rows of an image: height×input×3 → height×kept×3.
    func columns(_ source: [UInt8], height: Int, width: Int) -> [UInt8] {
        filtered(source, count: height * taps.count * 3) { source, result in
            for y in 0..<height {
                for (x, tap) in taps.enumerated() {
                    let start = (y * width + tap.first) * 3
                    for channel in 0..<3 {
                        result[(y * taps.count + x) * 3 + channel] = Self.sum(source, start + channel, 3, tap.weights)
                    }
                }
            }
        }
    }

    /// Down the columns of an image: input×width×3 → kept×width×3.
    func rows(_ source: [UInt8], width: Int) -> [UInt8] {
        let row = width * 3
        return filtered(source, count: taps.count * row) { source, result in
            for (y, tap) in taps.enumerated() {
                for x in 0..<row { result[y * row + x] = Self.sum(source, tap.first * row + x, row, tap.weights) }
            }
        }
    }

    private func filtered(
        _ source: [UInt8], count: Int, _ body: (UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) -> Void
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { result, filled in
            source.withUnsafeBufferPointer { body($0, result) }
            filled = count
        }
    }

    @inline(__always)
    private static func sum(
        _ source: UnsafeBufferPointer<UInt8>, _ start: Int, _ step: Int, _ weights: [Int32]
    ) -> UInt8 {
        var sum = Int32(1) << (precision - 1)
        var index = start
        for weight in weights {
            // Weights sum to about 2²² and are small beyond, so that nothing overflows for bytes.
            sum &+= Int32(source[index]) &* weight
            index += step
        }
        return UInt8(clamping: sum >> Int32(precision))
    }
}
