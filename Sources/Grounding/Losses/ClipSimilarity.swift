import Torch

/// Cosine between each clip and a sentence: B×L×d and B×d (one vector a sentence) or B×L×d (one a clip) → B×L.
///
/// Lengths below `eps` count as `eps`, so zero vectors have the cosine 0.
public func clipSimilarity(_ clips: Tensor, _ sentence: Tensor, eps: Double = 1e-8) -> Tensor {
    let (clips, sentence) = (clips.withSmallNumbers, sentence.withSmallNumbers)
    let perClip = sentence.rank == 3
    let dot = perClip ? (clips * sentence).sum(-1) : clips.matmul(sentence.unsqueezed(-1)).squeezed(-1)
    let length = sentence.norm(-1, keep: !perClip).clamped(min: eps)
    return dot / (clips.norm(-1).clamped(min: eps) * length)
}

/// Cosine between every vector of one list and every vector of another: n×d and m×d → n×m.
public func similarityMatrix(_ a: Tensor, _ b: Tensor, eps: Double = 1e-8) -> Tensor {
    a.withSmallNumbers.normalized(eps: eps).matmul(b.withSmallNumbers.normalized(eps: eps).transposed())
}

extension Tensor {
    /// The same numbers in `float32` where they are `float16`, which knows no number as small as the `eps` of a length:
    /// a zero vector would be divided by zero.
    var withSmallNumbers: Tensor { dtype == .float16 ? to(.float32) : self }
}

/// One clip of each row, drawn from a mask.
public struct DrawnClips: Sendable {
    /// B, `int64`: the clip's number; 0 where the row has none to draw.
    public let indices: Tensor
    /// B, `bool`: whether the row has a clip to draw.
    public let found: Tensor

    /// Takes clips as they are.
    public init(indices: Tensor, found: Tensor) {
        self.indices = indices
        self.found = found
    }

    /// Draws one clip of each row uniformly among those where the mask (B×L, `bool`) holds.
    public init(from mask: Tensor, random: RandomSource) {
        self.init(from: mask, tickets: random.uniform(mask.shape, device: mask.device))
    }

    /// The same by uniform numbers in [0, 1), B×L: the greatest one wins.
    public init(from mask: Tensor, tickets: Tensor) {
        self = withoutGradient {
            // A clip outside the mask never wins against one inside.
            DrawnClips(indices: tickets.masked(.!mask, with: -1).argmax(1), found: mask.any(1))
        }
    }

    /// The drawn clips' vectors: B×L×d → B×d.
    public func vectors(of clips: Tensor) -> Tensor {
        let places = indices.reshaped(-1, 1, 1).expanded(-1, 1, clips.size(2))
        return clips.gathered(places, 1).squeezed(1)
    }
}
