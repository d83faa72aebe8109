import Foundation

/// The seeded generator of all that is drawn by lot (SplitMix64, Steele et al. 2014).
///
/// Its numbers never change: scenes and sentences depend on them.
public struct WorldRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator for one purpose; the same seed and purpose always give the same numbers.
    public init(seed: UInt64, _ purpose: String) {
        state = seed ^ Self.hash(purpose)
        _ = next()
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// Uniform in [0, 1).
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform between two numbers.
    public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

    /// A whole number of a range.
    public mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + min(range.count - 1, Int(uniform() * Double(range.count)))
    }

    /// True with a probability.
    public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// One of the choices, each as likely; there must be one.
    public mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[integer(0...(choices.count - 1))] }

    /// The choices in another order.
    public mutating func shuffled<Choice>(_ choices: [Choice]) -> [Choice] {
        var result = choices
        for index in result.indices.dropFirst().reversed() { result.swapAt(index, integer(0...index)) }
        return result
    }

    /// Gaussian around zero (Box and Muller).
    public mutating func normal(deviation: Double) -> Double {
        deviation * (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    static func mixed(_ number: UInt64) -> UInt64 {
        var z = number
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// FNV-1a, stirred once more.
    private static func hash(_ text: String) -> UInt64 {
        mixed(text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }
}
