import Foundation

/// A small seeded generator for the simulator's decisions (SplitMix64, Steele et al. 2014).
///
/// Its numbers never change: the simulator's files depend on them.
struct SimulationRandom: RandomNumberGenerator {
    private var state: UInt64

    /// A generator for one purpose; the same purpose always gives the same numbers.
    init(seed: UInt64, _ purpose: String) {
        state = seed ^ Self.hash(purpose)
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

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
