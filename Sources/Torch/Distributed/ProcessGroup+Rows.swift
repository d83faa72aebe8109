import CTorch

extension ProcessGroup {
    /// All rows of tensors of which each process has a share: B_own×… → B×….
    ///
    /// Gradients are added up over the processes. So a loss that every process computes of all rows counts as often as there
    /// are processes: divide it by ``size`` before the backward pass. Where the group fails, the rows are zeros;
    /// see ``check()``.
    public func gatherRows(_ parts: [Tensor], _ share: RowShare) -> [Tensor] {
        let own = share.rows.count
        // One exchange for all of them. Masks and the like are exact as numbers too.
        let dtype: DType = parts.contains { $0.dtype == .float64 } ? .float64 : .float32
        let matrix = Tensor.concatenated(parts.map { $0.to(dtype).reshaped(own, -1) }, 1)
        let whole = make("gatherRows", [matrix]) { out in
            withInts(share.counts) { ct_gather_rows(raw, matrix.raw, $0, out) }
        }
        var column = 0
        return parts.map { part in
            let width = part.count / own
            defer { column += width }
            return whole.slice(1, column, column + width).reshaped([share.total] + part.shape.dropFirst()).to(
                part.dtype)
        }
    }
}
