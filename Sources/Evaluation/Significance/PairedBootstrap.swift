/// How sure a difference between two systems is, by the paired bootstrap.
///
/// Both systems answered the same queries. Queries are drawn with replacement, again and again, and each time the mean of
/// the differences is taken; the interval holds the middle share of these means. It says how much the figure would move
/// with other queries of the same kind, and nothing of other trainings: that is what several seeds are for.
///
///     let tested = PairedBootstrap().intervals(of: [differences])
///     tested[0].interval        // −1.2…0.4: the difference may be none
public struct PairedBootstrap: Hashable, Sendable {
    /// A difference with its interval.
    public struct Difference: Hashable, Sendable {
        /// The mean over the queries that both answered.
        public let mean: Double
        /// Holds the mean for ``PairedBootstrap/confidence`` of the drawn samples.
        public let interval: ClosedRange<Double>
        /// Queries that count.
        public let queries: Int

        /// Whether the interval leaves zero out.
        public var isClear: Bool { !interval.contains(0) }
    }

    /// Samples that are drawn.
    public var samples: Int
    /// The share of them that the interval holds.
    public var confidence: Double
    /// Where drawing starts; the same seed gives the same interval.
    public var seed: UInt64

    /// Chooses how to draw.
    ///
    /// - Precondition: At least one sample, and a confidence between 0 and 1.
    public init(samples: Int = 10_000, confidence: Double = 0.95, seed: UInt64 = 0) {
        precondition(samples > 0 && confidence > 0 && confidence < 1, "\(samples) samples, confidence \(confidence)")
        self.samples = samples
        self.confidence = confidence
        self.seed = seed
    }

    /// Intervals of several differences; all are drawn with the same queries.
    ///
    /// - Parameter differences: For each comparison a number a query, in one order of the queries; NaN where a query does
    ///   not count for it.
    /// - Returns: In the same order; nil where no query counts.
    /// - Precondition: All have the same count of queries.
    public func intervals(of differences: [[Double]]) -> [Difference?] {
        let queries = differences.first?.count ?? 0
        precondition(differences.allSatisfy { $0.count == queries }, "differences of other queries")
        // Side by side by query, so that a draw reads one stretch of memory. What does not count adds nothing.
        let width = differences.count
        var values = [Double](repeating: 0, count: queries * width)
        var counts = [Double](repeating: 0, count: queries * width)
        for (column, own) in differences.enumerated() {
            for (row, value) in own.enumerated() where value.isFinite {
                values[row * width + column] = value
                counts[row * width + column] = 1
            }
        }
        var means = [[Double]](repeating: [], count: width)
        var random = SplitMix(state: seed)
        for _ in 0..<(queries == 0 ? 0 : samples) {
            var sums = [Double](repeating: 0, count: width)
            var drawn = [Double](repeating: 0, count: width)
            for _ in 0..<queries {
                let row = random.below(queries) * width
                for column in 0..<width {
                    sums[column] += values[row + column]
                    drawn[column] += counts[row + column]
                }
            }
            for column in 0..<width where drawn[column] > 0 { means[column].append(sums[column] / drawn[column]) }
        }
        return zip(differences, means).map { own, means in
            let own = own.filter(\.isFinite)
            guard !own.isEmpty, !means.isEmpty else { return nil }
            let sorted = means.sorted()
            let tail = (1 - confidence) / 2
            return Difference(
                mean: pairwiseMean(own), interval: quantile(sorted, tail)...quantile(sorted, 1 - tail),
                queries: own.count)
        }
    }

    /// Between the two neighbours, by their distance.
    private func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): small, and good enough to draw queries.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0..<bound. The product's upper half; its bias is below bound / 2⁶⁴.
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }
}
