import Batches
import Torch

/// The middles of clips as shares of their video's duration: what boundaries are measured from.
struct ClipCenters {
    /// c_i of each row, one number a clip.
    let values: [[Double]]
    /// B×L; goes on evenly beyond a video's own clips.
    let tensor: Tensor

    init(_ queries: [Query], clips: Int, dtype: DType, device: Device) {
        values = queries.map { query in
            let clip = query.clipLength / query.duration
            return (0..<clips).map { (Double($0) + 0.5) * clip }
        }
        tensor = Tensor(values.flatMap { $0 }, shape: [queries.count, clips]).to(dtype, device)
    }

    /// [c_i − l_i, c_i + r_i]: B×L×2 of (l, r) → B×L×2 of (start, end), as shares of the duration.
    func spans(_ boundaries: Tensor) -> Tensor {
        .stacked([tensor - boundaries.entry(0, -1), tensor + boundaries.entry(1, -1)], -1)
    }
}
