import Foundation

/// How the learning rate goes over training.
public struct Schedule: Hashable, Sendable, Codable {
    /// The shape after the warm-up.
    public enum Shape: Hashable, Sendable, Codable {
        /// Stays as it is.
        case constant
        /// Times `factor` after every `interval` steps, the warm-up not counted.
        case step(interval: Int, factor: Double)
        /// Half a cosine from 1 down to `floor` at `total` steps, the warm-up included; then `floor`.
        case cosine(total: Int, floor: Double)
    }

    /// The shape after the warm-up.
    public var shape: Shape
    /// Steps over which the rate rises linearly to its full value; 0 for none.
    public var warmup: Int

    /// Makes a schedule. Its unit, batches or epochs, is the caller's.
    public init(_ shape: Shape = .constant, warmup: Int = 0) {
        self.shape = shape
        self.warmup = warmup
    }

    /// What the base rate is multiplied by at a step, counted from 0.
    public func factor(at step: Int) -> Double {
        if step < warmup { return Double(step + 1) / Double(warmup) }
        let step = step - warmup
        switch shape {
        case .constant: return 1
        case .step(let interval, let factor): return pow(factor, Double(step / max(1, interval)))
        case .cosine(let total, let floor):
            let progress = min(1, Double(step) / Double(max(1, total - warmup)))
            return floor + (1 - floor) * 0.5 * (1 + cos(.pi * progress))
        }
    }
}
