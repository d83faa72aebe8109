import Batches
import Torch

/// What the boundary head is to say at each clip when every clip inside a moment answers for it (dense assignment).
struct BoundaryTargets {
    /// B×L×2: the clip's moment, (start, end) as shares of the duration; (0, 1) in a row without moments.
    let spans: Tensor

    /// Gives each clip the moment that its middle lies in, the shortest of several, or else the nearest.
    ///
    /// - Precondition: The batch has targets.
    init(_ batch: Batch, _ centers: ClipCenters) {
        spans = batch.placed(on: centers.tensor.device) { batch in
            Self.spans(batch, centers.of(batch)).to(centers.tensor.dtype)
        }
    }

    private static func spans(_ batch: Batch, _ centers: [[Double]]) -> Tensor {
        guard let moments = batch.targets?.moments else { preconditionFailure("a loss needs a batch with targets") }
        var values: [Double] = []
        for (row, query) in batch.queries.enumerated() {
            let shares = moments[row].map { Span($0.start / query.duration, $0.end / query.duration) }
            for center in centers[row] {
                let own = shares.min { rank($0, center) < rank($1, center) } ?? Span(0, 1)
                values += [own.start, own.end]
            }
        }
        return Tensor(values, shape: [batch.count, centers.first?.count ?? 0, 2])
    }

    /// By the distance to the clip's middle, then by length.
    private static func rank(_ span: Span, _ center: Double) -> (Double, Double) {
        (max(0, span.start - center, center - span.end), span.length)
    }
}
