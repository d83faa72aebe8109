import Torch

/// Moves each point of the grid by what the clips around it say (section 3.2).
///
/// A depth-wise convolution of kernel k and stride r, LayerNorm and GELU as in DAT, then a 1×1 convolution without bias:
/// one offset a point and group. The depth-wise bias starts at zero, so that a video of zeros moves no point.
public struct OffsetNetwork {
    /// The depth-wise kernels: d×1×k.
    public let kernels: Tensor
    /// The depth-wise biases: d.
    public let biases: Tensor
    /// Over the channels of a point.
    public let norm: LayerNorm
    /// The 1×1 convolution: groups×d×1.
    public let pointwise: Tensor
    /// r.
    public let stride: Int

    /// Makes the network.
    ///
    /// - Parameters:
    ///   - scope: The place of the names `depthwise`, `norm` and `pointwise`.
    ///   - width: d.
    ///   - kernel: k, in clips.
    ///   - stride: r: clips a point.
    ///   - groups: Groups of channels with points of their own.
    ///   - startsAtZero: Whether the 1×1 convolution's first weights are zero, so that no point is moved yet.
    public init(_ scope: Scope, width: Int, kernel: Int, stride: Int, groups: Int, startsAtZero: Bool) {
        kernels = (scope / "depthwise").parameter("weight", [width, 1, kernel], .fanIn)
        biases = (scope / "depthwise").parameter("bias", [width], .zeros)
        norm = LayerNorm(scope / "norm", width)
        pointwise = (scope / "pointwise").parameter("weight", [groups, width, 1], startsAtZero ? .zeros : .fanIn)
        self.stride = stride
    }

    /// Offsets before tanh: B×L×d → B×groups×G, with G = ⌈L/r⌉.
    ///
    /// Beyond a video's own clips the input must be zero: it is the convolution's edge.
    public func callAsFunction(_ clips: Tensor) -> Tensor {
        let points = norm(aggregated(clips)).gelu()
        return points.linear(pointwise.squeezed(-1)).transposed()
    }

    /// The depth-wise convolution: B×L×d → B×G×d. Point g sees the clips around r·g.
    public func aggregated(_ clips: Tensor) -> Tensor {
        let points = (clips.size(1) + stride - 1) / stride
        return clips.clipConvolution(
            kernels, biases, stride: stride, padding: kernels.size(-1) / 2, groups: clips.size(2)
        ).slice(1, 0, points)
    }

    /// Δp = tanh(offset) · limit. With a limit of range/G a point moves by no more than about `range`/2 steps of the grid.
    public static func displacement(_ offsets: Tensor, limit: Tensor) -> Tensor { offsets.tanh() * limit }
}
