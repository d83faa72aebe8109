import Foundation

/// The times of something that was done several times, each between two matrix products.
public struct Timing: Sendable {
    /// The benchmark's name, such as `training-step`.
    public let benchmark: String
    /// What was measured, such as `Moment-DETR`.
    public let subject: String
    /// Its sizes.
    public internal(set) var detail: String
    /// Queries, samples, products … that each repetition works through.
    public let items: Int
    /// Floating-point operations of a repetition; nil where nobody counted them.
    public let operations: Double?
    /// Seconds of each repetition on the clock.
    public let seconds: [Double]
    /// Seconds of processor time of each repetition, all threads together.
    public let processorSeconds: [Double]
    /// Seconds that a matrix product took beside each repetition: the mean of those before and after it.
    public let productSeconds: [Double]
    /// Operations of that product.
    public let productOperations: Double
    /// The process's greatest resident memory while this was measured, in bytes; nil where the system does not say.
    public let peakMemory: Int?
    /// How far that is above what was resident before the first repetition, in bytes.
    public var addedMemory: Int?
    /// Single answers within the repetitions, for quantiles; the repetitions themselves where empty.
    public var answers: [Double] = []

    /// The median of seconds a repetition.
    public var median: Double { seconds.median }
    /// The least of seconds a repetition.
    public var minimum: Double { seconds.min() ?? .nan }
    /// 95 of 100 answers took at most so many seconds.
    public var percentile95: Double { (answers.isEmpty ? seconds : answers).quantile(0.95) }
    /// 99 of 100 answers took at most so many seconds.
    public var percentile99: Double { (answers.isEmpty ? seconds : answers).quantile(0.99) }
    /// How many products of the same moment a repetition takes: the median over the repetitions.
    public var timesProduct: Double { zip(seconds, productSeconds).map(/).median }
    /// The part of the product's rate at which the operations were done, 1 for as fast.
    public var shareOfProductRate: Double? { operations.map { $0 / productOperations / timesProduct } }
    /// Items in a second, by the median.
    public var itemsPerSecond: Double { Double(items) / median }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle; NaN of none.
    var median: Double {
        guard !isEmpty else { return .nan }
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }

    /// The least number that is not below a share of all; NaN of none.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        let place = Int((share * Double(count)).rounded(.up)) - 1
        return sorted()[Swift.min(Swift.max(place, 0), count - 1)]
    }
}
