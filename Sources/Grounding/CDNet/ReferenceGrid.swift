import Batches
import Torch

/// The points of section 3.2 before they move: G = ⌈L/r⌉ for each video, evenly from its first clip to its last.
///
/// The grid belongs to the video's own length. Shorter videos of a batch have fewer points; the rest is masked.
public struct ReferenceGrid {
    /// Where the points of a grid of G lie.
    public enum Points: String, Codable, Sendable, CaseIterable {
        /// At 0…G−1 of G − 1 steps: from the first clip to the last, as the paper says.
        case ends
        /// At ½…G−½ of G − 1 steps, as DAT does. The last one lies beyond the video and is limited to its end.
        case middles
    }

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
    ///   - clips: L of the rows; nil for the longest video's own.
    ///   - points: Where the points of a grid lie.
    ///   - dtype: Type of the tensors, but for the mask.
    public init(
        clipCounts: [Int], ratio: Int, paddedTo clips: Int? = nil, points: Points = .ends, dtype: DType = .float32
    ) {
        counts = clipCounts.map { ($0 + ratio - 1) / ratio }
        let width = ((clips ?? clipCounts.max() ?? 0) + ratio - 1) / ratio
        let places = counts.flatMap { count in (0..<width).map { Self.place($0, of: count, points) } }
        positions = Tensor(places, shape: [counts.count, width]).to(dtype)
        pointCounts = Tensor(counts.map(Double.init), shape: [counts.count, 1]).to(dtype)
        lastClip = Tensor(clipCounts.map { Double($0 - 1) }, shape: [counts.count, 1]).to(dtype)
        let isFull = counts.allSatisfy { $0 == width }
        mask = isFull ? nil : Batch.mask(counts, width: width)
    }

    /// The grids of a batch's videos where the model is; the mask is there where a batch of that size may need one.
    init(_ batch: Batch, ratio: Int, paddedTo clips: Int, points: Points, dtype: DType, device: Device) {
        func grid(_ batch: Batch) -> ReferenceGrid {
            ReferenceGrid(clipCounts: batch.clipCounts, ratio: ratio, paddedTo: clips, points: points, dtype: dtype)
        }
        let own = grid(batch)
        counts = own.counts
        positions = batch.placed(on: device) { grid($0).positions }
        pointCounts = batch.placed(on: device) { grid($0).pointCounts }
        lastClip = batch.placed(on: device) { grid($0).lastClip }
        let width = own.positions.size(1)
        let needsMask = own.mask != nil || batch.fixedSize != nil
        mask = needsMask ? batch.placed(on: device) { Batch.mask(grid($0).counts, width: width) } : nil
    }

    /// The place of a point in [−1, 1]; a single one stands in the middle.
    private static func place(_ point: Int, of count: Int, _ points: Points) -> Double {
        guard count > 1 else { return Double(2 * point) }
        let steps = Double(point) + (points == .middles ? 0.5 : 0)
        return 2 * steps / Double(count - 1) - 1
    }
}
