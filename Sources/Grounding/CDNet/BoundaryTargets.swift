import Batches
import Torch

/// What the boundary head is to say at each clip when every clip inside a moment answers for it (dense assignment).
struct BoundaryTargets {
    /// B×L×2: the clip's moment, (start, end) as shares of the duration; (0, 1) in a row without moments.
    let spans: Tensor

    /// Gives each clip the moment that its middle lies in, the shortest of several, or else the nearest.
    init(_ moments: [[Span]], _ queries: [Query], _ centers: ClipCenters) {
        var values: [Double] = []
        for (row, query) in queries.enumerated() {
            let shares = moments[row].map { Span($0.start / query.duration, $0.end / query.duration) }
            for center in centers.values[row] {
                let own = shares.min { Self.rank($0, center) < Self.rank($1, center) } ?? Span(0, 1)
                values += [own.start, own.end]
            }
        }
        let shape = centers.tensor.shape + [2]
        spans = Tensor(values, shape: shape).to(centers.tensor.dtype, centers.tensor.device)
    }

    /// By the distance to the clip's middle, then by length.
    private static func rank(_ span: Span, _ center: Double) -> (Double, Double) {
        (max(0, span.start - center, center - span.end), span.length)
    }
}
