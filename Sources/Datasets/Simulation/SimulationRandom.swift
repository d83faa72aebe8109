import Foundation

/// A small seeded generator for the simulator's decisions.
///
/// Its numbers never change: the simulator's files depend on them.
struct SimulationRandom: RandomNumberGenerator {
    private var source: SplitMix64

    /// A generator for one purpose; the same purpose always gives the same numbers.
    init(seed: UInt64, _ purpose: String) {
        source = SplitMix64(state: seed ^ Self.hash(purpose))
        _ = next()
    }

    mutating func next() -> UInt64 { source.next() }

    /// Uniform in [0, 1).
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A position in a list of `count`.
    mutating func position(below count: Int) -> Int { min(count - 1, Int(uniform() * Double(count))) }

    /// `count` Gaussian numbers with a standard deviation (Box and Muller).
    mutating func gaussians(_ count: Int, deviation: Double) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(count + 1)
        while values.count < count {
            let radius = deviation * (-2 * log(1 - uniform())).squareRoot()
            let angle = 2 * Double.pi * uniform()
            values.append(Float(radius * cos(angle)))
            values.append(Float(radius * sin(angle)))
        }
        return Array(values.prefix(count))
    }

    /// FNV-1a, stirred once more so that its low bits are as good as its high ones.
    static func hash(_ text: String) -> UInt64 {
        let raw = text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } as UInt64
        return (raw ^ (raw >> 32)) &* 0xD6E8_FEB8_6659_FD93
    }
}
