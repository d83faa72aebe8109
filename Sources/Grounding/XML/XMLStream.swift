import Batches
import Torch

/// Features of any width as tokens that know their place: projection, learned position, norm, self-encoder.
struct XMLInputEncoder {
    private let projection: ProjectionLayer
    private let encoder: SelfEncoder

    /// Makes `NAME_input_proj` and the self-encoder of the given name.
    init(_ root: Scope, modality: String, encoder name: String, inputs: Int, _ configuration: XMLConfiguration) {
        projection = ProjectionLayer(
            root / "\(modality)_input_proj", inputs: inputs, outputs: configuration.hiddenSize,
            dropout: configuration.inputDropout, rectified: true)
        encoder = SelfEncoder(
            root / name, width: configuration.hiddenSize, heads: configuration.heads, dropout: configuration.dropout)
    }

    /// B×L×D → B×L×d.
    func callAsFunction(_ x: Tensor, position: TrainablePosition, mask: Tensor?) -> Tensor {
        let tokens = projection(x.withoutPadding(mask))
        // Beyond the last place all tokens share its position.
        let last = position.places.weight.size(0) - 1
        let places = Tensor.range(0..<tokens.size(1), device: tokens.device).clamped(max: Double(last)).to(.int64)
        return encoder(position.dropout(position.norm(tokens + position.places(places).unsqueezed(0))), mask: mask)
    }
}

/// The rows of a batch after the encoders, each by itself.
struct XMLRows: RowOutput {
    let streams: [XMLStream]
    /// B×L, `bool`: true for a video's own clips; nil when all are.
    let mask: Tensor?

    func whole(_ batch: Batch, _ all: (Tensor) -> Tensor) -> XMLRows {
        XMLRows(
            streams: streams.map {
                XMLStream(
                    sentence: all($0.sentence), early: all($0.early), late: all($0.late), projected: all($0.projected))
            }, mask: mask.map(all))
    }
}

/// What one modality of a video, and the part of the sentence that is about it, become.
struct XMLStream {
    /// q: B×d, the sentence as it concerns this modality.
    let sentence: Tensor
    /// H₁: B×L×d, after the first self-encoder; ranks videos.
    let early: Tensor
    /// H₂: B×L×d, after all encoders.
    let late: Tensor
    /// W·q + b of the modality, for the similarity with H₂.
    let projected: Tensor

    /// Each clip's similarity with the sentence, the dot product of equation 4: B×L.
    var similarity: Tensor { late.matmul(projected.unsqueezed(2)).squeezed(2) }

    /// The cosine of each clip with its sentence: B×L. The best of them is the video's own score.
    var cosines: Tensor { early.normalized().matmul(sentence.normalized().unsqueezed(2)).squeezed(2) }

    /// The cosine of each sentence of the batch with the best clip of each video: B×B, sentences × videos.
    ///
    /// - Parameter mask: B×L, `bool`: true for a video's own clips; nil when all are.
    func videoScores(mask: Tensor?) -> Tensor {
        let (count, clips, width) = (early.size(0), early.size(1), early.size(2))
        let pairs = early.normalized().reshaped(count * clips, width).matmul(sentence.normalized().transposed())
        var scores = pairs.reshaped(count, clips, count)
        if let mask { scores = scores.masked((.!mask).unsqueezed(2), with: -.infinity) }
        return scores.max(1).transposed()
    }
}

/// The words of a sentence weighted anew for each modality (modular attention), so that each gets the part about it.
///
/// α_m = softmax over the words of w_m·e_j, q_m = Σ_j α_mj e_j (equations 1 and 2 of XML).
struct ModularAttention {
    private let weights: Linear

    init(_ scope: Scope, width: Int, modalities: Int) {
        weights = Linear(scope, width, modalities, bias: false, weights: .normal(deviation: 0.02))
    }

    /// B×N×d → a vector B×d for each modality.
    func callAsFunction(_ words: Tensor, mask: Tensor?) -> [Tensor] {
        var scores = weights(words)
        if let mask { scores = scores.masked((.!mask).unsqueezed(2), with: -.infinity) }
        let vectors = scores.softmax(1).transposed(1, 2).matmul(words)
        return (0..<vectors.size(1)).map { vectors.entry($0, 1) }
    }
}
