/// A published figure: a share in percent, rounded to hundredths.
///
/// Rounding takes the exact binary value of `100 · share`, as C's `%.2f` does; ties, which are rare, go to
/// the even digit.
public struct Percentage: Hashable, Sendable {
    /// The figure in hundredths of a percent: 3220 for 32.20 %.
    public let hundredths: Int

    /// Rounds a share of 0 to 1; nil where it is not a number, such as a mean over no queries.
    public init?(share: Double) {
        let percent = 100 * share
        guard percent.magnitude < 1e12 else { return nil }
        let below = (percent * 100).rounded(.down)
        // A fused operation rounds once, so the sign of the distance to the middle is exact.
        let distance = (-(below + 0.5)).addingProduct(percent, 100)
        let roundsUp = distance > 0 || distance == 0 && !Int(below).isMultiple(of: 2)
        hundredths = Int(below) + (roundsUp ? 1 : 0)
    }

    /// The figure as a number: the double nearest to the two decimals.
    public var value: Double { Double(hundredths) / 100 }
}

extension Percentage: CustomStringConvertible {
    /// Two decimals: `32.20`.
    public var description: String {
        let digits = String(hundredths.magnitude % 100)
        let sign = hundredths < 0 ? "-" : ""
        return "\(sign)\(hundredths.magnitude / 100).\(digits.count < 2 ? "0" : "")\(digits)"
    }
}
