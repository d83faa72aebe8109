import CTorch

/// What a subscript takes of one dimension.
public enum DimensionIndex: Sendable {
    /// One entry; the dimension goes away. Negative positions count from the end.
    case entry(Int)
    /// Entries from `start` up to `end`, every `step`-th.
    case slice(start: Int, end: Int, step: Int)
}

/// A value that says what to take of a dimension: `2`, `1..<4`, `3...`, `..<5`, `0...` for all.
public protocol DimensionIndexing {
    /// What to take.
    var dimensionIndex: DimensionIndex { get }
}

extension DimensionIndex: DimensionIndexing {
    /// Itself.
    public var dimensionIndex: DimensionIndex { self }
}

extension Int: DimensionIndexing {
    /// One entry.
    public var dimensionIndex: DimensionIndex { .entry(self) }
}

extension Range<Int>: DimensionIndexing {
    /// A slice.
    public var dimensionIndex: DimensionIndex { .slice(start: lowerBound, end: upperBound, step: 1) }
}

extension ClosedRange<Int>: DimensionIndexing {
    /// A slice.
    public var dimensionIndex: DimensionIndex { .slice(start: lowerBound, end: upperBound + 1, step: 1) }
}

extension PartialRangeFrom<Int>: DimensionIndexing {
    /// A slice to the end.
    public var dimensionIndex: DimensionIndex { .slice(start: lowerBound, end: .max, step: 1) }
}

extension PartialRangeUpTo<Int>: DimensionIndexing {
    /// A slice from the start.
    public var dimensionIndex: DimensionIndex { .slice(start: 0, end: upperBound, step: 1) }
}

extension PartialRangeThrough<Int>: DimensionIndexing {
    /// A slice from the start.
    public var dimensionIndex: DimensionIndex { .slice(start: 0, end: upperBound + 1, step: 1) }
}

extension Tensor {
    /// A view of some entries of the leading dimensions: `x[0]`, `x[0..., 1..<4]`.
    public subscript(_ indices: any DimensionIndexing...) -> Tensor {
        var result = self
        var dim = 0
        for index in indices {
            switch index.dimensionIndex {
            case .entry(let position):
                result = result.entry(position, dim)
            case .slice(let start, let end, let step):
                if !(start == 0 && end == .max && step == 1) { result = result.slice(dim, start, end, step: step) }
                dim += 1
            }
        }
        return result
    }

    /// A view of one entry of a dimension, without the dimension.
    public func entry(_ position: Int, _ dim: Int) -> Tensor {
        make("entry", [self]) { ct_select(raw, Int64(dim), Int64(position), $0) }
    }

    /// A view of entries of a dimension; limits beyond the end are cut.
    public func slice(_ dim: Int, _ start: Int, _ end: Int, step: Int = 1) -> Tensor {
        make("slice", [self]) { ct_slice(raw, Int64(dim), Int64(start), Int64(end), Int64(step), $0) }
    }

    /// The entries of a dimension at the positions in a one-dimensional `int64` tensor: a×d×b, n → a×n×b.
    public func entries(_ positions: Tensor, _ dim: Int) -> Tensor {
        make("entries", [self, positions]) { ct_index_select(raw, Int64(dim), positions.raw, $0) }
    }

    /// For each place of `indices` (`int64`) the element whose position along `dim` stands there. The result has the shape
    /// of `indices`, which has as many dimensions as this tensor: with `dim` 1, y[b, i] = x[b, indices[b, i]].
    public func gathered(_ indices: Tensor, _ dim: Int) -> Tensor {
        make("gathered", [self, indices]) { ct_gather(raw, Int64(dim), indices.raw, $0) }
    }

    /// A copy with elements of `source` added at the positions along `dim` that stand in `indices`, of the same shape as
    /// `source`; the counterpart of `gathered`: with `dim` 1, y[b, indices[b, i]] += source[b, i].
    public func scatterAdded(_ source: Tensor, at indices: Tensor, _ dim: Int) -> Tensor {
        make("scatterAdded", [self, indices, source]) { ct_scatter_add(raw, Int64(dim), indices.raw, source.raw, $0) }
    }

    /// Elements picked by one index tensor (`int64` or `bool`) per leading dimension; nil takes the whole dimension. Index
    /// tensors broadcast against each other: `x.picked(rows, columns)` has their common shape.
    public func picked(_ indices: Tensor?...) -> Tensor {
        make("picked", [self] + indices.compactMap { $0 }) { out in
            withExtendedLifetime(indices) {
                indices.map { $0?.raw }.withUnsafeBufferPointer { ct_index(raw, $0.baseAddress, Int32($0.count), out) }
            }
        }
    }

    /// A copy in which the elements picked by `indices` are replaced, or added to.
    public func replacing(_ indices: Tensor?..., with values: Tensor, accumulate: Bool = false) -> Tensor {
        make("replacing", [self, values] + indices.compactMap { $0 }) { out in
            withExtendedLifetime(indices) {
                indices.map { $0?.raw }.withUnsafeBufferPointer {
                    ct_index_put(raw, $0.baseAddress, Int32($0.count), values.raw, accumulate, out)
                }
            }
        }
    }

    /// Positions of the elements that are not zero: n×rank, `int64`.
    public func nonzero() -> Tensor { make("nonzero", [self]) { ct_nonzero(raw, $0) } }

    /// The elements where the mask (`bool`, broadcast) holds, in one dimension.
    public func selected(_ mask: Tensor) -> Tensor {
        make("selected", [self, mask]) { ct_masked_select(raw, mask.raw, $0) }
    }

    /// The upper triangle of the last two dimensions, zeros elsewhere.
    public func upperTriangle(_ diagonal: Int = 0) -> Tensor {
        make("upperTriangle", [self]) { ct_triangle(raw, true, Int64(diagonal), $0) }
    }

    /// The lower triangle of the last two dimensions, zeros elsewhere.
    public func lowerTriangle(_ diagonal: Int = 0) -> Tensor {
        make("lowerTriangle", [self]) { ct_triangle(raw, false, Int64(diagonal), $0) }
    }

    /// A view of a diagonal of two dimensions; it becomes the last dimension.
    public func diagonal(_ offset: Int = 0, _ a: Int = -2, _ b: Int = -1) -> Tensor {
        make("diagonal", [self]) { ct_diagonal(raw, Int64(offset), Int64(a), Int64(b), $0) }
    }

    /// A new last dimension of size `classes` with a 1 at each element's own number: … → …×classes, `int64`.
    public func oneHot(_ classes: Int) -> Tensor { make("oneHot", [self]) { ct_one_hot(raw, Int64(classes), $0) } }
}
