import CTorch

extension Tensor {
    /// This tensor and those others that there are, for a failure's message.
    private func operands(_ others: Tensor?...) -> [Tensor] { [self] + others.compactMap { $0 } }

    /// x·Wᵀ + b: …×in → …×out, with a weight of shape out×in and a bias of out.
    public func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
        make("linear", operands(weight, bias)) { ct_linear(raw, weight.raw, bias?.raw, $0) }
    }

    /// Mean 0 and variance 1 over the trailing dimensions of the given sizes, then scale and shift of those sizes. The
    /// shape stays.
    public func layerNorm(_ shape: [Int], _ weight: Tensor? = nil, _ bias: Tensor? = nil, eps: Double = 1e-5) -> Tensor
    {
        make("layerNorm", operands(weight, bias)) { out in
            withInts(shape) { ct_layer_norm(raw, $0, weight?.raw, bias?.raw, eps, out) }
        }
    }

    /// Mean 0 and variance 1 over groups of the channels of B×C×…, then scale and shift of C. The shape stays.
    public func groupNorm(_ groups: Int, _ weight: Tensor? = nil, _ bias: Tensor? = nil, eps: Double = 1e-5) -> Tensor {
        make("groupNorm", operands(weight, bias)) { ct_group_norm(raw, Int64(groups), weight?.raw, bias?.raw, eps, $0) }
    }

    /// Batch normalisation of B×C×… with weight, bias, mean and variance of C. The shape stays. In training the running
    /// statistics, where given, are updated in place; otherwise they are what is used.
    public func batchNorm(
        _ weight: Tensor?, _ bias: Tensor?, mean: Tensor?, variance: Tensor?, training: Bool, momentum: Double = 0.1,
        eps: Double = 1e-5
    ) -> Tensor {
        make("batchNorm", operands(weight, bias, mean, variance)) {
            ct_batch_norm(raw, weight?.raw, bias?.raw, mean?.raw, variance?.raw, training, momentum, eps, $0)
        }
    }

    /// Rows of `self` (entries×d) at the positions in `indices` (`int64`, any shape …): …×d.
    public func embedding(_ indices: Tensor) -> Tensor {
        make("embedding", [self, indices]) { ct_embedding(raw, indices.raw, $0) }
    }

    /// Convolution in as many dimensions (1, 2 or 3) as there are strides: B×in×spatial → B×out×spatial, with a weight
    /// of out×(in/groups)×kernel and a bias of out. `padding` zeros are added on both sides.
    public func convolution(
        _ weight: Tensor, _ bias: Tensor? = nil, stride: [Int], padding: [Int], dilation: [Int]? = nil, groups: Int = 1
    ) -> Tensor {
        let dilation = dilation ?? stride.map { _ in 1 }
        return make("convolution", operands(weight, bias)) { out in
            withInts(stride) { stride in
                withInts(padding) { padding in
                    withInts(dilation) {
                        ct_convolution(raw, weight.raw, bias?.raw, stride, padding, $0, Int64(groups), out)
                    }
                }
            }
        }
    }

    /// The greatest of each window, in as many dimensions (1, 2 or 3) as the kernel has: B×C×spatial → B×C×spatial.
    public func maxPool(_ kernel: [Int], stride: [Int], padding: [Int]) -> Tensor {
        make("maxPool", [self]) { out in
            withInts(kernel) { kernel in
                withInts(stride) { stride in withInts(padding) { ct_max_pool(raw, kernel, stride, $0, out) } }
            }
        }
    }

    /// The mean of each window, in as many dimensions (1, 2 or 3) as the kernel has: B×C×spatial → B×C×spatial. Padding
    /// counts as zeros.
    public func averagePool(_ kernel: [Int], stride: [Int], padding: [Int]) -> Tensor {
        make("averagePool", [self]) { out in
            withInts(kernel) { kernel in
                withInts(stride) { stride in withInts(padding) { ct_average_pool(raw, kernel, stride, $0, out) } }
            }
        }
    }

    /// Means over as many nearly equal windows as `size` says, in 1, 2 or 3 dimensions: B×C×spatial → B×C×size.
    public func adaptiveAveragePool(_ size: [Int]) -> Tensor {
        make("adaptiveAveragePool", [self]) { out in withInts(size) { ct_adaptive_average_pool(raw, $0, out) } }
    }

    /// softmax(Q·Kᵀ/√d + mask)·V for heads: B×H×L×d, B×H×S×d, B×H×S×d → B×H×L×d.
    ///
    /// - Parameters:
    ///   - query: Q: B×H×L×d.
    ///   - key: K: B×H×S×d.
    ///   - value: V: B×H×S×d.
    ///   - mask: `bool` (true takes part) or numbers that are added, broadcast to B×H×L×S; not together with `causal`. A
    ///     query without any key gets zeros.
    ///   - causal: A query sees only keys up to its own position.
    public static func attention(
        query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, causal: Bool = false
    ) -> Tensor {
        make("attention", query.operands(key, value, mask)) {
            ct_attention(query.raw, key.raw, value.raw, mask?.raw, causal, $0)
        }
    }

    /// Cosine of the angle between vectors along a dimension, which goes away; 0 where a vector is zero.
    public func cosineSimilarity(_ other: Tensor, _ dim: Int = -1, eps: Double = 1e-8) -> Tensor {
        make("cosineSimilarity", [self, other]) { ct_cosine_similarity(raw, other.raw, Int64(dim), eps, $0) }
    }

    /// Vectors along a dimension divided by max(L2 norm, eps).
    public func normalized(_ dim: Int = -1, eps: Double = 1e-12) -> Tensor {
        self / norm(dim, keep: true).clamped(min: eps)
    }

    /// Bilinear samples of B×C×H×W at a grid B×h×w×2 of (x, y): B×C×h×w.
    ///
    /// −1 and 1 are the centres of the first and last element with `alignCorners`, else their outer edges. Outside, the
    /// border's value goes on with `border`, else there are zeros.
    public func gridSampled(_ grid: Tensor, border: Bool = false, alignCorners: Bool) -> Tensor {
        make("gridSampled", [self, grid]) { ct_grid_sample(raw, grid.raw, border, alignCorners, $0) }
    }

    /// B×C×L stretched to B×C×`size` by linear interpolation.
    public func interpolated(to size: Int, alignCorners: Bool = false) -> Tensor {
        make("interpolated", [self]) { ct_interpolate_linear(raw, Int64(size), alignCorners, $0) }
    }

    /// Smooth L1 distance of each element: quadratic below `beta`, linear above. The shape stays.
    public func smoothL1(_ target: Tensor, beta: Double = 1) -> Tensor {
        make("smoothL1", [self, target]) { ct_smooth_l1(raw, target.raw, beta, $0) }
    }

    /// Binary cross entropy of each logit against a target in [0, 1], times `weight`. The shape stays.
    public func binaryCrossEntropy(withLogits target: Tensor, weight: Tensor? = nil) -> Tensor {
        make("binaryCrossEntropy", operands(target, weight)) {
            ct_binary_cross_entropy_with_logits(raw, target.raw, weight?.raw, $0)
        }
    }

    /// Cross entropy of logits (N×C or N×C×…) against class numbers (N or N×…, `int64`), times the class's weight (C):
    /// N or N×….
    public func crossEntropy(_ classes: Tensor, weight: Tensor? = nil) -> Tensor {
        make("crossEntropy", operands(classes, weight)) { ct_cross_entropy(raw, classes.raw, weight?.raw, $0) }
    }
}
