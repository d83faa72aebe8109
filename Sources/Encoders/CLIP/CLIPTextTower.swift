import Torch

/// Sentences to vectors: a causal transformer over tokens.
struct CLIPTextTower {
    let tokens: Embedding
    let positions: Tensor
    let transformer: CLIPTransformer
    let outputNorm: LayerNorm
    /// width×embedding: right of the vector, not left as a linear layer's.
    let projection: Tensor

    init(_ scope: Scope, _ configuration: CLIPConfiguration) {
        let width = configuration.textWidth
        tokens = Embedding(
            scope / "token_embedding", configuration.vocabularySize, width, weights: .normal(deviation: 0.02))
        positions = scope.parameter(
            "positional_embedding", [configuration.contextLength, width], .normal(deviation: 0.01))
        transformer = CLIPTransformer(
            scope / "transformer", width: width, layers: configuration.textLayers, heads: configuration.textHeads)
        outputNorm = LayerNorm(scope / "ln_final", width)
        projection = scope.parameter(
            "text_projection", [width, configuration.embeddingSize],
            .normal(deviation: 1 / Double(width).squareRoot()))
    }

    /// The last hidden states, after the final norm: B×N tokens (`int64`) → B×N×width, with N up to the context's length.
    ///
    /// There is no mask but the causal one, so that what stands behind a sentence's end changes nothing before it.
    func callAsFunction(_ ids: Tensor) -> Tensor {
        let embedded = tokens(ids) + positions.slice(0, 0, ids.size(1))
        return outputNorm(transformer(embedded, causal: true))
    }

    /// The state at each sentence's end token, projected: B×N×width and B places → B×embedding.
    func pooled(_ states: Tensor, ends: [Int]) -> Tensor {
        let places = ends.enumerated().map { $0 * states.size(1) + $1 }
        let rows = states.reshaped(-1, states.size(2)).entries(Tensor(places).to(states.device), 0)
        return rows.matmul(projection)
    }
}
