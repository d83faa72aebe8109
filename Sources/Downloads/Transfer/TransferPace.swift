/// How fast bytes come, and how long the rest takes.
///
/// A mean that forgets: what came half a minute ago counts half as much as a third of that… in steps of a few seconds, so that
/// neither a short stop nor a resumed part distorts it.
public struct TransferPace: Sendable {
    private var last: (time: Double, bytes: Int)?
    /// Bytes a second; nil until something was measured.
    public private(set) var rate: Double?

    /// Nothing measured yet.
    public init() {}

    /// Notes that so many bytes are there at a time, in seconds.
    ///
    /// - Returns: Whether enough time has passed for a new rate.
    @discardableResult
    public mutating func note(bytes: Int, at time: Double) -> Bool {
        guard let last, bytes >= last.bytes else {
            last = (time, bytes)
            return false
        }
        let elapsed = time - last.time
        guard elapsed >= Self.step else { return false }
        let now = Double(bytes - last.bytes) / elapsed
        let weight = min(1, elapsed / Self.memory)
        rate = rate.map { $0 + weight * (now - $0) } ?? now
        self.last = (time, bytes)
        return true
    }

    /// Seconds that the rest takes at this rate.
    public func secondsLeft(received: Int, total: Int?) -> Double? {
        guard let rate, rate > 0, let total, total >= received else { return nil }
        return Double(total - received) / rate
    }

    /// Seconds between two measurements.
    private static let step = 0.5
    /// Seconds over which it is averaged.
    private static let memory = 10.0
}
