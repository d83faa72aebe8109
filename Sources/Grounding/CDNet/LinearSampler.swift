import Torch

/// Linear interpolation at learned positions, eq. 8: φ(z; p) = Σ_i max(0, 1 − |p − i|) z_i.
///
/// The weights of the sum are a matrix, one row a point, so that any count of signals is sampled at the same points by
/// one matrix product each. A signal counts as zero beyond its ends; `clamped` keeps positions inside.
///
/// Values and gradients equal `grid_sample` with `align_corners`: with zero padding as it is, with border padding after
/// `clamped`. On a clip the gradient is the one to the right.
public enum LinearSampler {
    /// The weights max(0, 1 − |p − i|): …×G positions in clips → …×G×L.
    public static func weights(_ positions: Tensor, clips: Int) -> Tensor {
        let left = positions.detached().floor()
        let share = (positions - left).unsqueezed(-1)
        let index = Tensor.range(0..<clips, dtype: positions.dtype, device: positions.device)
        let distance = index - left.unsqueezed(-1)
        return (distance .== 0).to(positions.dtype) * (1 - share) + (distance .== 1).to(positions.dtype) * share
    }

    /// Positions limited to [−1, 1]. At the ends and outside the gradient is zero.
    public static func clamped(_ positions: Tensor) -> Tensor {
        let inside = (positions .> -1) .& (positions .< 1)
        return positions.where(inside, else: positions.detached().clamped(min: -1, max: 1))
    }

    /// From [−1, 1], a video's first and last clip, to 0…L−1.
    ///
    /// - Parameters:
    ///   - positions: Any shape, such as B×G.
    ///   - lastClip: L − 1 of each video; broadcasts to the positions.
    public static func inClips(_ positions: Tensor, lastClip: Tensor) -> Tensor {
        (positions + 1) * 0.5 * lastClip
    }
}
