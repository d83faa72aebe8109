import Torch

/// One layer in which clips take from the words what concerns them; the words stay as they are.
///
/// x ← x + attention(query x + position, key and value: words), then x ← norm2(x + FFN(norm1(x))): the sum itself is not
/// normalised before the network, as in the published code.
public struct TextToVideoLayer {
    /// How clips see words.
    public let attention: MultiheadAttention
    /// What each clip goes through alone.
    public let feedForward: FeedForward
    /// Of the feed-forward network's input.
    public let inputNorm: LayerNorm
    /// Of the layer's output.
    public let outputNorm: LayerNorm
    let residual: Residual

    /// Makes the layer.
    public init(_ scope: Scope, width: Int, heads: Int, hidden: Int, dropout: Double) {
        attention = MultiheadAttention(scope / "self_attn", width: width, heads: heads, dropout: dropout)
        feedForward = FeedForward(scope, width: width, hidden: hidden, dropout: dropout, activation: .prelu)
        inputNorm = LayerNorm(scope / "norm1", width)
        outputNorm = LayerNorm(scope / "norm2", width)
        residual = Residual(scope, dropout: dropout)
    }

    /// B×L×d → B×L×d.
    ///
    /// - Parameters:
    ///   - clips: B×L×d.
    ///   - position: Of the clips, broadcast to B×L×d.
    ///   - words: B×N×d.
    ///   - mask: Which words take part, as in `AttentionLayer`.
    public func callAsFunction(_ clips: Tensor, position: Tensor, words: Tensor, mask: Tensor?) -> Tensor {
        let attended = residual(
            clips, plus: attention(query: clips + position, key: words, value: words, mask: mask))
        return outputNorm(residual(attended, plus: feedForward(inputNorm(attended))))
    }
}

/// Which words a clip may see in a batch.
struct WordMask {
    /// True for a video's own clips, B×L; nil where all are.
    let clips: Tensor?
    /// True for a sentence's own words, B×N; nil where all are.
    let words: Tensor?

    /// The mask as an attention takes it, each row by itself: B×N.
    var ownRows: Tensor? { words }

    /// The mask of the published code: B×H×L×N.
    ///
    /// A padded clip is not to see padded words, which no clip sees anyway. But masks that lie head by head are read row
    /// by row. So head h of row b leaves out what row (b·heads + h) mod B is to leave out, on top of its own padding.
    func mixedRows(heads: Int) -> Tensor? {
        guard let clips, let words else { return words }
        let count = words.size(0)
        let origins = Tensor((0..<count * heads).map { $0 % count }).to(words.device)
        let seen = clips.entries(origins, 0).unsqueezed(2) .| words.entries(origins, 0).unsqueezed(1)
        return seen.reshaped(count, heads, clips.size(1), words.size(1)) .& words.reshaped(count, 1, 1, words.size(1))
    }
}
