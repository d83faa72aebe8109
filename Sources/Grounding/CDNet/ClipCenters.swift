import Batches
import Torch

/// The middles of clips as shares of their video's duration: what boundaries are measured from.
struct ClipCenters {
    /// B×L; goes on evenly beyond a video's own clips.
    let tensor: Tensor

    init(_ batch: Batch, clips: Int, dtype: DType, device: Device) {
        tensor = batch.placed(on: device) { batch in
            Tensor(Self.values(batch, clips: clips).flatMap { $0 }, shape: [batch.count, clips]).to(dtype)
        }
    }

    /// c_i of each row of a batch, as many as there are here.
    func of(_ batch: Batch) -> [[Double]] { Self.values(batch, clips: tensor.size(1)) }

    private static func values(_ batch: Batch, clips: Int) -> [[Double]] {
        batch.queries.map { query in
            let clip = query.clipLength / query.duration
            return (0..<clips).map { (Double($0) + 0.5) * clip }
        }
    }

    /// [c_i − l_i, c_i + r_i]: B×L×2 of (l, r) → B×L×2 of (start, end), as shares of the duration.
    func spans(_ boundaries: Tensor) -> Tensor {
        .stacked([tensor - boundaries.entry(0, -1), tensor + boundaries.entry(1, -1)], -1)
    }
}
