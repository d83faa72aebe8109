import CTorch

extension Tensor {
    /// The same elements in another shape; one size may be −1. A view where that is possible.
    public func reshaped(_ shape: Int...) -> Tensor { reshaped(shape) }

    /// The same elements in another shape; one size may be −1. A view where that is possible.
    public func reshaped(_ shape: [Int]) -> Tensor {
        make("reshaped", [self]) { out in withInts(shape) { ct_reshape(raw, $0, out) } }
    }

    /// The elements in one dimension.
    public func flattened() -> Tensor { reshaped(-1) }

    /// A view with the dimensions in another order.
    public func permuted(_ dims: Int...) -> Tensor {
        make("permuted", [self]) { out in withInts(dims) { ct_permute(raw, $0, out) } }
    }

    /// A view with two dimensions exchanged; the last two without arguments.
    public func transposed(_ a: Int = -2, _ b: Int = -1) -> Tensor {
        make("transposed", [self]) { ct_transpose(raw, Int64(a), Int64(b), $0) }
    }

    /// A view in which dimensions of size 1 are repeated; −1 keeps a size.
    public func expanded(_ shape: Int...) -> Tensor { expanded(shape) }

    /// A view in which dimensions of size 1 are repeated; −1 keeps a size.
    public func expanded(_ shape: [Int]) -> Tensor {
        make("expanded", [self]) { out in withInts(shape) { ct_expand(raw, $0, out) } }
    }

    /// A view with a new dimension of size 1.
    public func unsqueezed(_ dim: Int) -> Tensor { make("unsqueezed", [self]) { ct_unsqueeze(raw, Int64(dim), $0) } }

    /// A view without a dimension of size 1.
    public func squeezed(_ dim: Int) -> Tensor { make("squeezed", [self]) { ct_squeeze(raw, Int64(dim), $0) } }

    /// A tensor with numbers added around it: (before, after) for the last dimension, then for the one before it, ….
    public func padded(_ widths: [Int], with value: Double = 0) -> Tensor {
        make("padded", [self]) { out in withInts(widths) { ct_pad(raw, $0, value, out) } }
    }

    /// The elements of dimensions in reverse order.
    public func flipped(_ dims: Int...) -> Tensor {
        make("flipped", [self]) { out in withInts(dims) { ct_flip(raw, $0, out) } }
    }

    /// Elements moved on along a dimension; those that leave at the end come in at the start.
    public func rolled(_ shift: Int, _ dim: Int) -> Tensor {
        make("rolled", [self]) { ct_roll(raw, Int64(shift), Int64(dim), $0) }
    }

    /// Every entry of a dimension `count` times, one copy beside the other.
    public func repeated(_ count: Int, _ dim: Int) -> Tensor {
        make("repeated", [self]) { ct_repeat_interleave(raw, Int64(count), Int64(dim), $0) }
    }

    /// A view of overlapping windows of a dimension; the windows' entries become the last dimension.
    public func unfolded(_ dim: Int, size: Int, step: Int) -> Tensor {
        make("unfolded", [self]) { ct_unfold(raw, Int64(dim), Int64(size), Int64(step), $0) }
    }

    /// Tensors joined along a dimension that they have.
    public static func concatenated(_ tensors: [Tensor], _ dim: Int) -> Tensor {
        make("concatenated", tensors) { out in withHandles(tensors) { ct_concatenate($0, $1, Int64(dim), out) } }
    }

    /// Tensors of the same shape joined along a new dimension.
    public static func stacked(_ tensors: [Tensor], _ dim: Int = 0) -> Tensor {
        make("stacked", tensors) { out in withHandles(tensors) { ct_stack($0, $1, Int64(dim), out) } }
    }
}
