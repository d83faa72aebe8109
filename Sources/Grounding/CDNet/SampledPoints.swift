import Torch

/// Where the denoising looked: for the share of points inside the moment (Figure 4) and for drawing.
public struct SampledPoints {
    /// B×groups×G in clips, 0…L−1 of each video.
    public let positions: Tensor
    /// B×groups×G: Δp as it was before the limit to the video, with the video spanning [−1, 1]; zeros on the plain grid.
    public let displacements: Tensor
    /// Points of each video; the rest of its row is padding.
    public let counts: [Int]
}
