extension MultiheadAttention {
    /// Attention without the projections around it, for inference: queries, keys and values side by side, B×L×3d → B×L×d.
    public func attended(_ projected: Tensor) -> Tensor {
        let width = projected.size(2) / 3
        let parts = AttentionParts(query: (projected, 0), key: (projected, width), value: (projected, 2 * width))
        if let fused = FusedAttention(parts, heads: heads, width: width) { return fused(mask: nil, dropout: dropout) }
        let (batch, length) = (projected.size(0), projected.size(1))
        let headed = projected.reshaped(batch, length, 3, heads, width / heads).permuted(2, 0, 3, 1, 4)
        return Tensor.attention(
            query: headed.entry(0, 0), key: headed.entry(1, 0), value: headed.entry(2, 0), mask: nil, causal: false
        ).transposed(1, 2).reshaped(batch, length, width)
    }
}
