import Foundation

/// The time that some measurements have together.
///
/// Each gets an equal part of what is left, so one that takes longer than its part shortens those after it and not the
/// whole that was promised. A part may be 0; a ``Stopwatch`` then makes as few repetitions as it must.
public final class TimeBudget {
    private let end: Double
    private var measurements: Int
    private let now: () -> Double

    /// Begins now.
    ///
    /// - Parameters:
    ///   - seconds: All measurements together.
    ///   - measurements: How many there will be.
    public convenience init(seconds: Double, measurements: Int) {
        self.init(seconds: seconds, measurements: measurements) { Stopwatch.now }
    }

    init(seconds: Double, measurements: Int, now: @escaping () -> Double) {
        end = now() + seconds
        self.measurements = measurements
        self.now = now
    }

    /// Seconds for the next measurement.
    func nextShare() -> Double {
        let share = max(0, end - now()) / Double(max(1, measurements))
        measurements -= 1
        return share
    }
}
