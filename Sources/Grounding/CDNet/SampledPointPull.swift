import Batches
import Torch

/// Whether the loss asks sampled points to move into the target moments.
///
/// The paper's offsets are to carry points from irrelevant clips into the moment (section 3.2, Figure 4), but no term of the
/// loss names the points. This counts, of the points that lie outside and could reach a moment, how many would come nearer by
/// a small step against the loss's gradient. About a half means that the loss does not care.
public struct SampledPointPull: Hashable, Sendable {
    /// Points outside all moments that their greatest displacement could bring to one.
    public private(set) var reachable = 0
    /// Of these, those that a step against the gradient brings nearer.
    public private(set) var towards = 0
    /// The sizes of the gradients of the reachable points, added up.
    public private(set) var strength = 0.0
    /// The same of those that come nearer.
    public private(set) var strengthTowards = 0.0

    /// Nothing counted.
    public init() {}

    /// The share of the reachable points that come nearer; NaN where there are none.
    public var share: Double { Double(towards) / Double(reachable) }
    /// The same share with each point weighted by the size of its gradient.
    public var weightedShare: Double { strengthTowards / strength }

    /// Counts the points of one query.
    ///
    /// - Parameters:
    ///   - times: Where the points are, in seconds.
    ///   - gradients: The loss's gradient with respect to each place.
    ///   - moments: The target moments.
    ///   - reach: How far a point can move, in seconds.
    public mutating func count(times: [Double], gradients: [Double], moments: [Span], reach: Double) {
        for (time, gradient) in zip(times, gradients) where gradient.isFinite && gradient != 0 {
            // Signed ways to the nearest end of each moment; a moment that holds the point is no way.
            let ways = moments.map { time < $0.start ? $0.start - time : time > $0.end ? $0.end - time : 0 }
            guard let way = ways.min(by: { abs($0) < abs($1) }), way != 0, abs(way) <= reach else { continue }
            reachable += 1
            strength += abs(gradient)
            if -gradient * way > 0 {
                towards += 1
                strengthTowards += abs(gradient)
            }
        }
    }
}

extension CDNet {
    /// Adds the points of a batch with targets; nothing where no offsets are learned.
    public func count(into pull: inout SampledPointPull, _ batch: Batch) {
        guard let targets = batch.targets else { preconditionFailure("a pull needs a batch with targets") }
        let wasTraining = store.isTraining
        store.isTraining = false
        defer { store.isTraining = wasTraining }
        let output = forward(batch)
        guard configuration.learnsOffsets, let points = output.points else { return }
        let loss = CDNetLoss(configuration)(output, batch, random: nil).total
        guard let gradient = loss.gradients(of: [points.displacements])[0]?.doubles() else { return }
        let (groups, width) = (points.positions.size(1), points.positions.size(2))
        for (row, times) in points.times(batch.queries).enumerated() {
            let count = points.counts[row]
            let own = (0..<groups).flatMap { group in
                let first = (row * groups + group) * width
                return gradient[first..<(first + count)]
            }
            // The limit of Δp, from [−1, 1] to seconds.
            let limit = configuration.offsetRange / Double(count)
            let reach = limit * Double(batch.clipCounts[row] - 1) / 2 * batch.queries[row].clipLength
            pull.count(times: times, gradients: own, moments: targets.moments[row], reach: reach)
        }
    }
}
