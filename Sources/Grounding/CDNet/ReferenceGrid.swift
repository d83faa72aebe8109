import Batches
import Torch

/// The points of section 3.2 before they move: G = ⌈L/r⌉ for each video, evenly from its first clip to its last.
///
/// The grid belongs to the video's own length. Shorter videos of a batch have fewer points; the rest is masked.
public struct ReferenceGrid {
    /// B×G in [−1, 1]; 0 for a single point. Beyond a video's own points it goes on past 1.
    public let positions: Tensor
    /// Each video's own G.
    public let counts: [Int]
    /// B×1: each video's own G.
    public let pointCounts: Tensor
    /// B×1: each video's L − 1.
    public let lastClip: Tensor
    /// B×G, `bool`: true for a video's own points; nil when all are.
    public let mask: Tensor?

    /// Makes the grids of a batch's videos.
    ///
    /// - Parameters:
    ///   - clipCounts: L of each video.
    ///   - ratio: r.
    public init(clipCounts: [Int], ratio: Int, dtype: DType = .float32, device: Device = .cpu) {
        counts = clipCounts.map { ($0 + ratio - 1) / ratio }
        let width = counts.max() ?? 0
        let points: [Double] = counts.flatMap { count in
            (0..<width).map { g -> Double in count > 1 ? 2 * Double(g) / Double(count - 1) - 1 : Double(g) }
        }
        positions = Tensor(points, shape: [counts.count, width]).to(dtype, device)
        pointCounts = Tensor(counts.map(Double.init), shape: [counts.count, 1]).to(dtype, device)
        lastClip = Tensor(clipCounts.map { Double($0 - 1) }, shape: [counts.count, 1]).to(dtype, device)
        let isFull = counts.allSatisfy { $0 == width }
        mask = isFull ? nil : Batch.mask(counts, width: width, device: device)
    }
}
