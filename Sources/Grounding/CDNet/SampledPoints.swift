import Batches
import Torch

/// Where the denoising looked: for drawing, and for the share of points inside the moment (Figure 4).
public struct SampledPoints {
    /// B×groups×G in clips, 0…L−1 of each video.
    public let positions: Tensor
    /// B×groups×G: Δp as it was before the limit to the video, with the video spanning [−1, 1]; zeros on the plain grid.
    public let displacements: Tensor
    /// Points of each video; the rest of its row is padding.
    public let counts: [Int]

    /// The times of each video's own points in seconds, group after group. Position i is the middle of clip i.
    public func times(_ queries: [Query]) -> [[Double]] {
        let (groups, width) = (positions.size(1), positions.size(2))
        let places = positions.doubles()
        return queries.enumerated().map { row, query in
            (0..<groups).flatMap { group in
                let first = (row * groups + group) * width
                return places[first..<(first + counts[row])].map { ($0 + 0.5) * query.clipLength }
            }
        }
    }

    /// The share of each video's points that lie in one of the query's moments, as in Figure 4.
    public func shareInMoments(_ moments: [[Span]], _ queries: [Query]) -> [Double] {
        zip(times(queries), moments).map { times, moments in
            let inside = times.filter { time in moments.contains { $0.start <= time && time <= $0.end } }
            return Double(inside.count) / Double(max(times.count, 1))
        }
    }

    /// The points of the plain grid, before any moved.
    ///
    /// - Parameters:
    ///   - clipCounts: L of each video.
    ///   - ratio: r.
    ///   - points: Where the points of a grid lie.
    public static func plainGrid(clipCounts: [Int], ratio: Int, points: ReferenceGrid.Points = .ends) -> SampledPoints {
        let grid = ReferenceGrid(clipCounts: clipCounts, ratio: ratio, points: points)
        let positions = LinearSampler.inClips(
            LinearSampler.clamped(grid.positions), lastClip: grid.lastClip
        ).unsqueezed(1)
        return SampledPoints(positions: positions, displacements: positions.zerosLike(), counts: grid.counts)
    }
}
