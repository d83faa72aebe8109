import CTorch

/// Query, key and value as columns of the projections that they came from, often of the same one.
struct AttentionParts {
    /// A tensor B×L×… and the column where the part's heads begin.
    typealias Part = (source: Tensor, column: Int)

    let query, key, value: Part
}

/// Attention in one pass over each head: less memory traffic and fewer operations than one by one, the same numbers but for
/// rounding. Its dropout draws other masks.
struct FusedAttention {
    private let parts: AttentionParts
    private let heads: Int
    private let width: Int

    /// Nil where the kernel does not take such tensors: it wants `float32` on the CPU.
    init?(_ parts: AttentionParts, heads: Int, width: Int) {
        var isReady = false
        run("attention", []) {
            ct_has_fused_attention(parts.query.source.raw, parts.key.source.raw, parts.value.source.raw, &isReady)
        }
        guard isReady else { return nil }
        self.parts = parts
        self.heads = heads
        self.width = width
    }

    /// B×L×d. `mask` is `bool`, broadcast to B×H×L×S.
    func callAsFunction(mask: Tensor?, dropout: Dropout) -> Tensor {
        let (rate, draw) = dropout.next()
        let (q, k, v) = (parts.query, parts.key, parts.value)
        return make("attention", [q.source, k.source, v.source]) { out in
            withInts([q.column, k.column, v.column]) {
                ct_fused_attention(
                    q.source.raw, k.source.raw, v.source.raw, $0.values, Int64(heads), Int64(width), mask?.raw,
                    rate, draw, out)
            }
        }
    }
}
